// Named sizes of GPT-Neo: every second layer is local, as in the published ones. The tokens that begin and
// end a text are the data's to say, not the size's.

#include "base/registry.h"
#include "models/model_sizes.h"

namespace rnb {
namespace {

nlohmann::json config(const ModelSize& size, int64_t vocab_size, int64_t positions) {
  auto kinds = nlohmann::json::array();
  for (int64_t i = 0; i < size.layers; ++i) kinds.push_back(i % 2 == 1 ? "local" : "global");
  return {{"model_type", "gpt_neo"},
          {"vocab_size", vocab_size},
          {"hidden_size", size.width},
          {"num_layers", size.layers},
          {"num_heads", size.heads},
          {"intermediate_size", size.inner},
          {"max_position_embeddings", positions},
          {"attention_layers", kinds},
          {"bos_token_id", nullptr},  // transformers would take 50256 for an absent one
          {"eos_token_id", nullptr}};
}

int64_t parameter_count(const ModelSize& size, int64_t vocab_size, int64_t positions) {
  const int64_t d = size.width, inner = size.inner;
  // Four attention matrices (one with a bias), two of the MLP (with biases), two norms.
  const int64_t layer = 4 * d * d + d + 2 * d * inner + inner + d + 4 * d;
  return (vocab_size + positions) * d + size.layers * layer + 2 * d;
}

ModelSize size(const char* name, int64_t layers, int64_t width, int64_t heads, int64_t context) {
  return {.name = name,
          .layers = layers,
          .width = width,
          .heads = heads,
          .context = context,
          .inner = 4 * width,
          .kv_heads = heads};
}

RNB_REGISTER(SizedFamily, .name = "gpt_neo", .title = "GPT-Neo",
             .sizes = {size("pico", 2, 32, 2, 32), size("nano", 4, 128, 4, 64), size("mini", 6, 256, 8, 128),
                       size("gpt-neo-125m", 12, 768, 12, 2048)},
             .config = config, .parameter_count = parameter_count);

}  // namespace
}  // namespace rnb
