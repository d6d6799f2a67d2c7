// GPT-Neo as published (EleutherAI; transformers' GPTNeoForCausalLM): learned positions, alternating global
// and local causal attention, no scaling of attention scores, GELU-new, output head tied to the input
// embedding.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "models/config_fields.h"
#include "models/decoder.h"
#include "models/language_model_family.h"
#include "models/weights.h"

namespace rnb {
namespace {

constexpr const char* kTag = "gpt-neo";

struct GptNeoConfig {
  int64_t vocab_size = 0, width = 0, layers = 0, heads = 0, inner = 0;  // inner: width of the MLP
  int64_t max_positions = 0, window = 256;
  double layer_norm_epsilon = 1e-5;
  std::vector<bool> local;     // [layers] local attention?
  nlohmann::json special_ids;  // bos_token_id and the like, kept as they were
};

// "attention_layers" names each layer's kind; older files give [[["global", "local"], 6]] instead.
std::vector<std::string> attention_kinds(const ConfigFields& fields, int64_t layers) {
  auto kinds = fields.value_or<std::vector<std::string>>("attention_layers", {});
  if (!kinds.empty()) return kinds;
  using Group = std::pair<std::vector<std::string>, int64_t>;
  for (const auto& [names, repeats] :
       json_field<std::vector<Group>>(fields.json(), "attention_types", fields.where())) {
    if (names.empty()) fail(kTag, "{}: a group of attention_types names no kind", fields.where());
    for (int64_t r = 0; r < repeats && r < layers; ++r) kinds.insert(kinds.end(), names.begin(), names.end());
  }
  return kinds;
}

GptNeoConfig read_config(const ModelSource& source) {
  const ConfigFields fields(source.config, source.config_name, kTag);
  GptNeoConfig c;
  c.vocab_size = fields.size("vocab_size");
  c.width = fields.size("hidden_size");
  c.layers = fields.size("num_layers", kMostModelLayers);
  c.heads = fields.size("num_heads");
  c.max_positions = fields.size("max_position_embeddings");
  c.window = fields.size_or("window_size", c.window);
  c.inner = fields.size_or("intermediate_size", 4 * c.width);
  c.layer_norm_epsilon = fields.epsilon_or("layer_norm_epsilon", c.layer_norm_epsilon);
  if (c.width % c.heads != 0)
    fail(kTag, "{}: hidden_size {} is not a multiple of num_heads {}", fields.where(), c.width, c.heads);
  fields.require("activation_function", "gelu_new");
  fields.require_flag("tie_word_embeddings", true);
  const auto kinds = attention_kinds(fields, c.layers);
  if (static_cast<int64_t>(kinds.size()) != c.layers)
    fail(kTag, "{}: {} attention layers are named, num_layers is {}", fields.where(), kinds.size(), c.layers);
  for (const std::string& kind : kinds) {
    if (kind != "global" && kind != "local")
      fail(kTag, "{}: attention type '{}'; expected global or local", fields.where(), kind);
    c.local.push_back(kind == "local");
  }
  c.special_ids = fields.special_ids();
  return c;
}

class GptNeo : public Decoder {
 public:
  GptNeo(GptNeoConfig config, const ModelSource& source)
      : Decoder(kTag, source, config.max_positions, config.vocab_size), config_(std::move(config)) {
    build(source);
  }

  torch::Tensor block(size_t i, const torch::Tensor& x) const override {
    const Block& b = blocks_[i];
    const auto y = x + attend(b, config_.local[i], normalise(b.norm1, x));
    return y + apply(b.contract, torch::gelu(apply(b.expand, normalise(b.norm2, y)), "tanh"));
  }
  torch::Tensor head_weight() override { return token_embedding_; }
  bool tied_head() const override { return true; }
  BlockShape block_shape() const override;
  nlohmann::json config() const override;

 private:
  struct Block {
    LayerNorm norm1, norm2;
    Linear query, key, value, output, expand, contract;
  };

  void build(const ModelSource& source);
  torch::Tensor embed(const torch::Tensor& ids) override {
    return torch::embedding(token_embedding_, ids) + position_embedding_.slice(0, 0, ids.size(1));
  }
  torch::Tensor final_norm(const torch::Tensor& x) const override { return normalise(final_norm_, x); }
  torch::Tensor normalise(const LayerNorm& norm, const torch::Tensor& x) const {
    return torch::layer_norm(x, {config_.width}, norm.weight, norm.bias, config_.layer_norm_epsilon);
  }
  torch::Tensor attend(const Block& block, bool local, const torch::Tensor& x) const {
    const int64_t head_width = config_.width / config_.heads;
    const auto q = split_heads(apply(block.query, x), head_width),
               k = split_heads(apply(block.key, x), head_width),
               v = split_heads(apply(block.value, x), head_width);
    return apply(block.output, causal_attention(q, k, v, /*scale=*/1.0, local ? config_.window : 0));
  }

  GptNeoConfig config_;
  torch::Tensor token_embedding_, position_embedding_;
  std::vector<Block> blocks_;
  LayerNorm final_norm_;
};

void GptNeo::build(const ModelSource& source) {
  const int64_t d = config_.width;
  ParameterList list(source, kTag, "transformer.");
  token_embedding_ = list.parameter("transformer.wte.weight", {config_.vocab_size, d});
  position_embedding_ = list.parameter("transformer.wpe.weight", {config_.max_positions, d});
  for (int64_t i = 0; i < config_.layers; ++i) {
    const std::string h = fmt::format("transformer.h.{}.", i);
    const std::string a = h + "attn.attention.";
    Block b;
    b.norm1 = list.layer_norm(h + "ln_1", d);
    b.query = list.linear(a + "q_proj", d, d, Bias::No);
    b.key = list.linear(a + "k_proj", d, d, Bias::No);
    b.value = list.linear(a + "v_proj", d, d, Bias::No);
    b.output = list.linear(a + "out_proj", d, d, Bias::Yes);
    b.norm2 = list.layer_norm(h + "ln_2", d);
    b.expand = list.linear(h + "mlp.c_fc", d, config_.inner, Bias::Yes);
    b.contract = list.linear(h + "mlp.c_proj", config_.inner, d, Bias::Yes);
    blocks_.push_back(std::move(b));
  }
  final_norm_ = list.layer_norm("transformer.ln_f", d);
  // Old checkpoints carry the causal masks and the tied head beside the weights.
  list.require_all_taken([](const std::string& name) {
    return name.ends_with("attn.attention.bias") || name.ends_with("attn.attention.masked_bias") ||
           name == "lm_head.weight";
  });
  finish(list, "transformer.h.", blocks_.size());
}

BlockShape GptNeo::block_shape() const {
  BlockShape shape{.layers = config_.layers,
                   .width = config_.width,
                   .heads = config_.heads,
                   .inner = config_.inner,
                   .query = config_.width,
                   .kv = config_.width};
  for (const bool local : config_.local) shape.windows.push_back(local ? config_.window : 0);
  return shape;
}

nlohmann::json GptNeo::config() const {
  nlohmann::json kinds = nlohmann::json::array();
  for (const bool local : config_.local) kinds.push_back(local ? "local" : "global");
  nlohmann::json types = nlohmann::json::array();
  types.push_back({kinds, 1});
  nlohmann::json out = {{"architectures", {"GPTNeoForCausalLM"}},
                        {"model_type", "gpt_neo"},
                        {"vocab_size", config_.vocab_size},
                        {"hidden_size", config_.width},
                        {"num_layers", config_.layers},
                        {"num_heads", config_.heads},
                        {"intermediate_size", config_.inner},
                        {"max_position_embeddings", config_.max_positions},
                        {"window_size", config_.window},
                        {"layer_norm_epsilon", config_.layer_norm_epsilon},
                        {"attention_layers", kinds},
                        {"attention_types", types},
                        {"activation_function", "gelu_new"},
                        {"tie_word_embeddings", true},
                        {"attention_dropout", 0.0},
                        {"embed_dropout", 0.0},
                        {"resid_dropout", 0.0},
                        {"classifier_dropout", 0.0},
                        {"torch_dtype", "float32"}};
  out.update(config_.special_ids);
  return out;
}

std::unique_ptr<LanguageModel> make_gpt_neo(const ModelSource& source) {
  return std::make_unique<GptNeo>(read_config(source), source);
}

RNB_REGISTER(LanguageModelFamily, .name = "gpt_neo", .make = make_gpt_neo);

}  // namespace
}  // namespace rnb
