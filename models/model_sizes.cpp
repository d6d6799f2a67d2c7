#include "models/model_sizes.h"

#include <algorithm>

namespace rnb {
namespace {

constexpr ModelSize kSizes[] = {{"pico", 2, 32, 2, 32},
                                {"nano", 4, 128, 4, 64},
                                {"mini", 6, 256, 8, 128},
                                {"gpt-neo-125m", 12, 768, 12, 2048}};
constexpr const char* kTypes[] = {"gpt_neo"};

}  // namespace

std::span<const ModelSize> model_sizes() {
  return kSizes;
}

const ModelSize* find_model_size(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kSizes), std::end(kSizes), [&](const ModelSize& s) { return s.name == name; });
  return found == std::end(kSizes) ? nullptr : found;
}

int64_t parameter_count(const ModelSize& size, int64_t vocab_size, int64_t context) {
  const int64_t d = size.width;
  // Four attention matrices (one with a bias), two of the MLP (4 d wide, with biases), two norms.
  const int64_t layer = 4 * d * d + d + 8 * d * d + 5 * d + 4 * d;
  return (vocab_size + std::max(size.context, context)) * d + size.layers * layer + 2 * d;
}

std::span<const char* const> model_types() {
  return kTypes;
}

}  // namespace rnb
