#pragma once
// Text encoders by config.json's model_type. A family is one file, which ends in
// RNB_REGISTER(TextEncoderFamily, .name = "bert", .load = ...): see docs/adding-a-model.md.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/registry.h"
#include "models/text_encoder.h"

namespace rnb {

struct TextEncoderFamily {
  std::string name;  // model_type of the Hugging Face folders that it loads; the file has this name too
  std::function<std::unique_ptr<TextEncoder>(const std::filesystem::path& folder, torch::Device)> load;
};

}  // namespace rnb
