#pragma once
// The models that a run can train, without LibTorch: what `rnb list models` prints, what a sweep estimates
// with, and what the loader (language_model.h) makes.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rnb {

// GPT-Neo of a name; its MLP is 4 width wide, and every second layer is local.
struct ModelSize {
  const char* name;
  int64_t layers, width, heads, context;
};
std::span<const ModelSize> model_sizes();
const ModelSize* find_model_size(std::string_view name);  // nullptr: no such name (perhaps a folder)

// Trained numbers of that size; context 0 is the size's own. Positions are kept for the larger of the two.
int64_t parameter_count(const ModelSize& size, int64_t vocab_size, int64_t context);

// model_type of the Hugging Face folders that can be loaded.
std::span<const char* const> model_types();

}  // namespace rnb
