#pragma once
// The models that a run can train, without LibTorch: what `rnb list models` prints, what a sweep estimates
// with, and what the loader (language_model.h) makes.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rnb {

enum class ModelFamily { GptNeo, Qwen2 };
const char* family_name(ModelFamily family);  // "GPT-Neo", "Qwen2"

// A model of a name. GPT-Neo: every second layer is local. Qwen2: tied head, rotary base 1,000,000.
struct ModelSize {
  const char* name;
  ModelFamily family;
  int64_t layers, width, heads, context;
  int64_t inner;     // width of the MLP
  int64_t kv_heads;  // keys and values; GPT-Neo has as many as heads
};
std::span<const ModelSize> model_sizes();
const ModelSize* find_model_size(std::string_view name);  // nullptr: no such name (perhaps a folder)

// Trained numbers of that size; context 0 is the size's own. Positions are kept for the larger of the two.
int64_t parameter_count(const ModelSize& size, int64_t vocab_size, int64_t context);

// model_type of the Hugging Face folders that can be loaded.
std::span<const char* const> model_types();

}  // namespace rnb
