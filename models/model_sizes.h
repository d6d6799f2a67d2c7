#pragma once
// The language models that a run can train by name, without LibTorch: what `rnb list models` prints, what a
// sweep estimates with, and what make_language_model (language_model.h) makes. The sizes of a family are one
// file in models/sizes/, which ends in RNB_REGISTER(SizedFamily, ...).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb {

struct SizedFamily;

struct ModelSize {
  std::string name;
  int64_t layers = 0, width = 0, heads = 0;
  int64_t context = 0;                  // tokens
  int64_t inner = 0;                    // width of the MLP
  int64_t kv_heads = 0;                 // heads of the keys and values
  const SizedFamily* family = nullptr;  // set by model_sizes()
};

struct SizedFamily {
  std::string name;   // config.json's model_type
  std::string title;  // "GPT-Neo"
  std::vector<ModelSize> sizes;
  // The content of config.json, for a vocabulary of so many tokens and so many positions.
  nlohmann::json (*config)(const ModelSize& size, int64_t vocab_size, int64_t positions) = nullptr;
  // Trained numbers; a tied output head counts once.
  int64_t (*parameter_count)(const ModelSize& size, int64_t vocab_size, int64_t positions) = nullptr;
};

std::span<const ModelSize> model_sizes();                 // by family, in the family's order
const ModelSize* find_model_size(std::string_view name);  // nullptr: no such name (perhaps a folder)

// Positions of a model of that size: its own context, or more where `context` asks for more.
int64_t positions_of(const ModelSize& size, int64_t context);
// Trained numbers of that size; context 0 is the size's own.
int64_t parameter_count(const ModelSize& size, int64_t vocab_size, int64_t context);

// model_type of the Hugging Face folders that can be loaded, from models/CMakeLists.txt.
std::vector<std::string> model_types();

}  // namespace rnb
