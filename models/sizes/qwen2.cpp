// Named sizes of Qwen2: tied output head, rotary base 1,000,000, no sliding windows.

#include "base/registry.h"
#include "models/model_sizes.h"

namespace rnb {
namespace {

nlohmann::json config(const ModelSize& size, int64_t vocab_size, int64_t positions) {
  return {{"model_type", "qwen2"},
          {"vocab_size", vocab_size},
          {"hidden_size", size.width},
          {"intermediate_size", size.inner},
          {"num_hidden_layers", size.layers},
          {"num_attention_heads", size.heads},
          {"num_key_value_heads", size.kv_heads},
          {"max_position_embeddings", positions},
          {"rope_theta", 1e6},
          {"tie_word_embeddings", true}};
}

int64_t parameter_count(const ModelSize& size, int64_t vocab_size, int64_t) {
  const int64_t d = size.width, inner = size.inner, kv = d / size.heads * size.kv_heads;
  // Query and output (d x d), key and value (d x kv), biases of the first three, the MLP's three, two norms.
  const int64_t layer = 2 * d * d + 2 * d * kv + d + 2 * kv + 3 * d * inner + 2 * d;
  return vocab_size * d + size.layers * layer + d;
}

RNB_REGISTER(SizedFamily, .name = "qwen2", .title = "Qwen2",
             .sizes = {{.name = "qwen2-pico",
                        .layers = 2,
                        .width = 32,
                        .heads = 4,
                        .context = 32,
                        .inner = 88,
                        .kv_heads = 2},
                       {.name = "qwen2-nano",
                        .layers = 4,
                        .width = 128,
                        .heads = 4,
                        .context = 64,
                        .inner = 344,
                        .kv_heads = 2},
                       {.name = "qwen2-0.5b",
                        .layers = 24,
                        .width = 896,
                        .heads = 14,
                        .context = 32768,
                        .inner = 4864,
                        .kv_heads = 2}},
             .config = config, .parameter_count = parameter_count);

}  // namespace
}  // namespace rnb
