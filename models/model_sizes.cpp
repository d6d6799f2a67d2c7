#include "models/model_sizes.h"

#include <algorithm>

namespace rnb {
namespace {

constexpr auto kNeo = ModelFamily::GptNeo, kQwen = ModelFamily::Qwen2;
constexpr ModelSize kSizes[] = {{"pico", kNeo, 2, 32, 2, 32, 128, 2},
                                {"nano", kNeo, 4, 128, 4, 64, 512, 4},
                                {"mini", kNeo, 6, 256, 8, 128, 1024, 8},
                                {"gpt-neo-125m", kNeo, 12, 768, 12, 2048, 3072, 12},
                                {"qwen2-pico", kQwen, 2, 32, 4, 32, 88, 2},
                                {"qwen2-nano", kQwen, 4, 128, 4, 64, 344, 2},
                                {"qwen2-0.5b", kQwen, 24, 896, 14, 32768, 4864, 2}};
constexpr const char* kTypes[] = {"gpt_neo", "qwen2"};

}  // namespace

const char* family_name(ModelFamily family) {
  return family == ModelFamily::GptNeo ? "GPT-Neo" : "Qwen2";
}

std::span<const ModelSize> model_sizes() {
  return kSizes;
}

const ModelSize* find_model_size(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kSizes), std::end(kSizes), [&](const ModelSize& s) { return s.name == name; });
  return found == std::end(kSizes) ? nullptr : found;
}

int64_t parameter_count(const ModelSize& size, int64_t vocab_size, int64_t context) {
  const int64_t d = size.width, inner = size.inner;
  if (size.family == ModelFamily::Qwen2) {
    const int64_t kv = d / size.heads * size.kv_heads;
    // Query and output (d x d), key and value (d x kv), biases of the first three, the MLP's three, two
    // norms.
    const int64_t layer = 2 * d * d + 2 * d * kv + d + 2 * kv + 3 * d * inner + 2 * d;
    return vocab_size * d + size.layers * layer + d;
  }
  // Four attention matrices (one with a bias), two of the MLP (with biases), two norms.
  const int64_t layer = 4 * d * d + d + 2 * d * inner + inner + d + 4 * d;
  return (vocab_size + std::max(size.context, context)) * d + size.layers * layer + 2 * d;
}

std::span<const char* const> model_types() {
  return kTypes;
}

}  // namespace rnb
