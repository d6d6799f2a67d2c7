// Qwen2 as published (transformers' Qwen2ForCausalLM): RMS norms, rotary positions, grouped-query attention
// with biases on query, key and value, SwiGLU; the output head is tied to the input embedding or not.

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "models/config_fields.h"
#include "models/decoder.h"
#include "models/language_model_family.h"
#include "models/rotary.h"
#include "models/weights.h"

namespace rnb {
namespace {

constexpr const char* kTag = "qwen2";

struct Qwen2Config {
  int64_t vocab_size = 0, width = 0, layers = 0, heads = 0, kv_heads = 0, inner = 0;
  int64_t head_width = 0;  // width / heads unless the configuration says otherwise
  int64_t max_positions = 0;
  double rms_norm_epsilon = 1e-6, theta = 10'000;
  bool tied = false;
  std::vector<int64_t> windows;  // [layers]; 0: the layer sees all earlier positions
  nlohmann::json special_ids;    // bos_token_id and the like, kept as they were
};

// The base of the rotary angles: "rope_theta" by itself, or within "rope_parameters" in newer files.
double read_theta(const nlohmann::json& json, double otherwise, const std::string& where) {
  double theta = optional_field(json, "rope_theta", otherwise, where);
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    const auto part = optional_field(json, key, nlohmann::json(), where);
    if (part.is_null()) continue;
    const std::string place = where + ": " + key;
    for (const char* name : {"rope_type", "type"})
      if (const auto type = optional_field<std::string>(part, name, "default", place); type != "default")
        fail(kTag, "{}: {} '{}' is not supported; expected default rotary positions", place, name, type);
    if (optional_field(part, "partial_rotary_factor", 1.0, place) != 1.0)
      fail(kTag, "{}: partial_rotary_factor is not supported; expected 1", place);
    theta = optional_field(part, "rope_theta", theta, place);
  }
  if (!(theta > 1 && theta < 1e12)) fail(kTag, "{}: rope_theta is {}; expected above 1", where, theta);
  return theta;
}

// "layer_types" names each layer's kind; without it, layers from max_window_layers on have the window, where
// windows are used at all.
std::vector<int64_t> read_windows(const ConfigFields& fields, int64_t layers) {
  const std::string& where = fields.where();
  const bool used = fields.value_or("use_sliding_window", false);
  const auto width = fields.value_or<int64_t>("sliding_window", 4096),
             first = fields.value_or<int64_t>("max_window_layers", 28);
  auto kinds = fields.value_or<std::vector<std::string>>("layer_types", {});
  if (kinds.empty())
    for (int64_t i = 0; i < layers; ++i)
      kinds.emplace_back(used && i >= first ? "sliding_attention" : "full_attention");
  if (static_cast<int64_t>(kinds.size()) != layers)
    fail(kTag, "{}: {} layer_types are named, num_hidden_layers is {}", where, kinds.size(), layers);
  std::vector<int64_t> windows;
  for (const std::string& kind : kinds) {
    const bool slides = kind == "sliding_attention";
    if (!slides && kind != "full_attention")
      fail(kTag, "{}: layer type '{}' is not supported; expected full_attention or sliding_attention", where,
           kind);
    if (slides && !used)
      fail(kTag, "{}: layer_types has sliding_attention, but use_sliding_window is false", where);
    windows.push_back(slides ? fields.size_or("sliding_window", width) : 0);
  }
  return windows;
}

int64_t read_head_width(const ConfigFields& fields, int64_t width, int64_t heads) {
  const std::string& where = fields.where();
  const bool own = fields.has("head_dim");
  if (!own && width % heads != 0)
    fail(kTag, "{}: hidden_size {} is not a multiple of num_attention_heads {}", where, width, heads);
  const int64_t head_width = own ? fields.size("head_dim") : width / heads;
  if (head_width % 2 != 0)
    fail(kTag, "{}: heads are {} wide; rotary positions need an even width", where, head_width);
  if (head_width > kLargestModelSize / heads)
    fail(kTag, "{}: {} heads of width {} are wider than {} together", where, heads, head_width,
         kLargestModelSize);
  return head_width;
}

Qwen2Config read_config(const ModelSource& source) {
  const ConfigFields fields(source.config, source.config_name, kTag);
  Qwen2Config c;
  c.vocab_size = fields.size("vocab_size");
  c.width = fields.size("hidden_size");
  c.inner = fields.size("intermediate_size");
  c.layers = fields.size("num_hidden_layers", kMostModelLayers);
  c.heads = fields.size("num_attention_heads");
  c.kv_heads = fields.size_or("num_key_value_heads", c.heads);
  c.max_positions = fields.size("max_position_embeddings");
  if (c.heads % c.kv_heads != 0)
    fail(kTag, "{}: num_attention_heads {} is not a multiple of num_key_value_heads {}", fields.where(),
         c.heads, c.kv_heads);
  c.head_width = read_head_width(fields, c.width, c.heads);
  c.rms_norm_epsilon = fields.epsilon_or("rms_norm_eps", c.rms_norm_epsilon);
  fields.require("hidden_act", "silu");
  if (fields.value_or("attention_dropout", 0.0) != 0.0)
    fail(kTag, "{}: attention_dropout is not supported; expected 0", fields.where());
  c.theta = read_theta(fields.json(), c.theta, fields.where());
  c.tied = fields.value_or("tie_word_embeddings", c.tied);
  c.windows = read_windows(fields, c.layers);
  c.special_ids = fields.special_ids();
  return c;
}

class Qwen2 : public Decoder {
 public:
  Qwen2(Qwen2Config config, const ModelSource& source)
      : Decoder(kTag, source, config.max_positions, config.vocab_size), config_(std::move(config)) {
    build(source);
  }

  torch::Tensor block(size_t i, const torch::Tensor& x) const override {
    const Block& b = blocks_[i];
    const auto y = x + attend(b, config_.windows[i], normalise(b.norm1, x));
    const auto z = normalise(b.norm2, y);
    return y + apply(b.down, torch::silu(apply(b.gate, z)) * apply(b.up, z));
  }
  torch::Tensor head_weight() override { return config_.tied ? token_embedding_ : head_; }
  bool tied_head() const override { return config_.tied; }
  BlockShape block_shape() const override {
    return {.layers = config_.layers,
            .width = config_.width,
            .heads = config_.heads,
            .inner = config_.inner,
            .query = config_.heads * config_.head_width,
            .kv = config_.kv_heads * config_.head_width,
            .windows = config_.windows,
            .norm = NormKind::Rms,
            .mlp = kGatedMlp};
  }
  nlohmann::json config() const override;

 private:
  struct Block {
    torch::Tensor norm1, norm2;
    Linear query, key, value, output, gate, up, down;
  };

  void build(const ModelSource& source);
  torch::Tensor embed(const torch::Tensor& ids) override {
    grow_rotary_table(rotary_, ids.size(1), config_.head_width, config_.theta, ids.device());
    return torch::embedding(token_embedding_, ids);
  }
  torch::Tensor final_norm(const torch::Tensor& x) const override { return normalise(final_norm_, x); }
  torch::Tensor normalise(const torch::Tensor& weight, const torch::Tensor& x) const {
    return at::rms_norm(x, {config_.width}, weight, config_.rms_norm_epsilon);
  }
  torch::Tensor attend(const Block& block, int64_t window, const torch::Tensor& x) const {
    const int64_t e = config_.head_width;
    const auto q = rotate(split_heads(apply(block.query, x), e), rotary_),
               k = rotate(split_heads(apply(block.key, x), e), rotary_),
               v = split_heads(apply(block.value, x), e);
    return apply(block.output, causal_attention(q, k, v, 1.0 / std::sqrt(static_cast<double>(e)), window));
  }

  Qwen2Config config_;
  torch::Tensor token_embedding_, head_, final_norm_;
  std::vector<Block> blocks_;
  RotaryTable rotary_;  // for the longest sequence so far
};

void Qwen2::build(const ModelSource& source) {
  const int64_t d = config_.width, q = config_.heads * config_.head_width,
                kv = config_.kv_heads * config_.head_width;
  ParameterList list(source, kTag, "model.");
  token_embedding_ = list.parameter("model.embed_tokens.weight", {config_.vocab_size, d});
  for (int64_t i = 0; i < config_.layers; ++i) {
    const std::string layer = fmt::format("model.layers.{}.", i);
    const std::string a = layer + "self_attn.", m = layer + "mlp.";
    Block b;
    b.norm1 = list.parameter(layer + "input_layernorm.weight", {d});
    b.query = list.linear(a + "q_proj", d, q, Bias::Yes);
    b.key = list.linear(a + "k_proj", d, kv, Bias::Yes);
    b.value = list.linear(a + "v_proj", d, kv, Bias::Yes);
    b.output = list.linear(a + "o_proj", q, d, Bias::No);
    b.norm2 = list.parameter(layer + "post_attention_layernorm.weight", {d});
    b.gate = list.linear(m + "gate_proj", d, config_.inner, Bias::No);
    b.up = list.linear(m + "up_proj", d, config_.inner, Bias::No);
    b.down = list.linear(m + "down_proj", config_.inner, d, Bias::No);
    blocks_.push_back(std::move(b));
  }
  final_norm_ = list.parameter("model.norm.weight", {d});
  if (!config_.tied) head_ = list.parameter("lm_head.weight", {config_.vocab_size, d});
  // A tied head may be stored all the same; old files carry the rotary frequencies.
  list.require_all_taken([&](const std::string& name) {
    return (config_.tied && name == "lm_head.weight") || name.ends_with("rotary_emb.inv_freq");
  });
  finish(list, "model.layers.", blocks_.size());
}

nlohmann::json Qwen2::config() const {
  nlohmann::json kinds = nlohmann::json::array();
  int64_t window = 0;
  for (const int64_t w : config_.windows) {
    kinds.push_back(w > 0 ? "sliding_attention" : "full_attention");
    window = std::max(window, w);
  }
  nlohmann::json out = {{"architectures", {"Qwen2ForCausalLM"}},
                        {"model_type", "qwen2"},
                        {"vocab_size", config_.vocab_size},
                        {"hidden_size", config_.width},
                        {"intermediate_size", config_.inner},
                        {"num_hidden_layers", config_.layers},
                        {"num_attention_heads", config_.heads},
                        {"num_key_value_heads", config_.kv_heads},
                        {"hidden_act", "silu"},
                        {"max_position_embeddings", config_.max_positions},
                        {"rms_norm_eps", config_.rms_norm_epsilon},
                        {"rope_theta", config_.theta},  // for readers older than rope_parameters
                        {"rope_parameters", {{"rope_type", "default"}, {"rope_theta", config_.theta}}},
                        {"tie_word_embeddings", config_.tied},
                        {"use_sliding_window", window > 0},
                        {"layer_types", kinds},
                        {"attention_dropout", 0.0},
                        {"torch_dtype", "float32"}};
  if (config_.head_width * config_.heads != config_.width) out["head_dim"] = config_.head_width;
  out["sliding_window"] = window > 0 ? nlohmann::json(window) : nlohmann::json();
  out.update(config_.special_ids);
  return out;
}

std::unique_ptr<LanguageModel> make_qwen2(const ModelSource& source) {
  return std::make_unique<Qwen2>(read_config(source), source);
}

RNB_REGISTER(LanguageModelFamily, .name = "qwen2", .make = make_qwen2);

}  // namespace
}  // namespace rnb
