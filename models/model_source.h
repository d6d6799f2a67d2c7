#pragma once
// What a family makes a language model of: a configuration, and where the weights come from.

#include <cstdint>
#include <filesystem>
#include <string>

#include <torch/torch.h>
#include <nlohmann/json.hpp>

namespace rnb {

struct ModelSource {
  std::string name;         // the folder, or the named size
  nlohmann::json config;    // the content of a Hugging Face config.json
  std::string config_name;  // the file that it comes from, for messages
  int64_t context =
      0;  // the longest sequence that is asked for; 0: as many tokens as the model has positions
  std::filesystem::path weights = {};  // a folder with safetensors; empty: drawn from `seed` (weights.h)
  uint64_t seed = 0;
  torch::Device device = torch::kCPU;
};

}  // namespace rnb
