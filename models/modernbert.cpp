// ModernBERT's encoder (2412.13663), as transformers' ModernBertModel: rotary positions, layers that see the
// whole text among layers that see a window, gated MLPs, norms before the layers (none before the first
// attention).

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json_file.h"
#include "models/config_fields.h"
#include "models/encoder_parts.h"
#include "models/rotary.h"
#include "models/sentence_folder.h"
#include "models/text_encoder_family.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr const char* kTag = "modernbert";

struct ModernBertConfig {
  int64_t width = 0, layers = 0, heads = 0, inner = 0, positions = 0, vocab = 0;
  int64_t reach = 0;  // of a local layer, to either side
  double epsilon = 1e-5, global_theta = 160'000, local_theta = 10'000;
  bool norm_bias = false, attention_bias = false, mlp_bias = false;
  std::vector<bool> local;  // [layers]
};

// One layer kind's rotary base: newer files hold one group per kind, older ones one number per kind.
double read_theta(const nlohmann::json& json, const char* kind, const char* older, double otherwise,
                  const std::string& where) {
  double theta = optional_field(json, older, otherwise, where);
  const auto groups = optional_field(json, "rope_parameters", nlohmann::json(), where);
  const auto group = groups.is_null() ? groups : optional_field(groups, kind, nlohmann::json(), where);
  if (!group.is_null()) {
    const std::string place = fmt::format("{}: rope_parameters: {}", where, kind);
    if (const auto type = optional_field<std::string>(group, "rope_type", "default", place);
        type != "default")
      fail(kTag, "{}: rope_type '{}' is not supported; expected default", place, type);
    theta = optional_field(group, "rope_theta", theta, place);
  }
  if (!(theta > 1 && theta < 1e12))
    fail(kTag, "{}: the rotary base of {} is {}; expected above 1", where, kind, theta);
  return theta;
}

std::vector<bool> read_locals(const nlohmann::json& json, int64_t layers, const std::string& where) {
  std::vector<bool> local;
  const auto kinds = optional_field<std::vector<std::string>>(json, "layer_types", {}, where);
  for (const std::string& kind : kinds) {
    if (kind != "full_attention" && kind != "sliding_attention")
      fail(kTag, "{}: layer type '{}'; expected full_attention or sliding_attention", where, kind);
    local.push_back(kind == "sliding_attention");
  }
  const auto every = optional_field<int64_t>(json, "global_attn_every_n_layers", 3, where);
  if (every < 1) fail(kTag, "{}: global_attn_every_n_layers is {}; expected at least 1", where, every);
  if (kinds.empty())
    for (int64_t i = 0; i < layers; ++i) local.push_back(i % every != 0);
  if (static_cast<int64_t>(local.size()) != layers)
    fail(kTag, "{}: {} layer_types are named, num_hidden_layers is {}", where, local.size(), layers);
  return local;
}

ModernBertConfig read_config(const fs::path& file) {
  const auto json = read_json_file(file);
  const std::string where = file.string();
  const ConfigFields fields(json, where, kTag);
  ModernBertConfig c;
  c.width = fields.size("hidden_size");
  c.layers = fields.number("num_hidden_layers", 0, kMostModelLayers);
  c.heads = fields.size("num_attention_heads");
  c.inner = fields.size("intermediate_size");
  c.positions = fields.size("max_position_embeddings");
  c.vocab = fields.size("vocab_size");
  if (c.width % c.heads != 0 || c.width / c.heads % 2 != 0)
    fail(kTag, "{}: hidden_size {} does not give {} heads of an even width", where, c.width, c.heads);
  fields.require("hidden_activation", "gelu");
  if (fields.has("rope_scaling")) fail(kTag, "{}: rope_scaling is not supported", where);
  const auto window = fields.value_or<int64_t>("local_attention", 128);
  if (window < 0) fail(kTag, "{}: local_attention is {}; expected 0 or more", where, window);
  c.reach = window / 2;
  c.epsilon = fields.value_or("norm_eps", c.epsilon);
  c.global_theta = read_theta(json, "full_attention", "global_rope_theta", c.global_theta, where);
  c.local_theta = read_theta(json, "sliding_attention", "local_rope_theta", c.local_theta, where);
  c.norm_bias = fields.value_or("norm_bias", false);
  c.attention_bias = fields.value_or("attention_bias", false);
  c.mlp_bias = fields.value_or("mlp_bias", false);
  c.local = read_locals(json, c.layers, where);
  return c;
}

class ModernBert : public TextEncoder {
 public:
  ModernBert(const fs::path& folder, torch::Device device) : c_(read_config(folder / "config.json")) {
    max_length_ = read_sentence_folder(folder, c_.positions, c_.positions);
    const EncoderTensors tensors(folder, kTag, {"model.", "0.auto_model."}, device);
    const auto pair = [&](const std::string& name, const std::vector<int64_t>& shape, bool bias) {
      return NormOrLinear{tensors.get(name + ".weight", shape),
                          bias ? tensors.get(name + ".bias", {shape.front()}) : torch::Tensor()};
    };
    const int64_t d = c_.width;
    words_ = tensors.get("embeddings.tok_embeddings.weight", {c_.vocab, d});
    word_norm_ = pair("embeddings.norm", {d}, c_.norm_bias);
    for (int64_t i = 0; i < c_.layers; ++i) {
      const std::string layer = fmt::format("layers.{}.", i);
      Block b;
      if (i > 0) b.norm1 = pair(layer + "attn_norm", {d}, c_.norm_bias);
      b.qkv = pair(layer + "attn.Wqkv", {3 * d, d}, c_.attention_bias);
      b.output = pair(layer + "attn.Wo", {d, d}, c_.attention_bias);
      b.norm2 = pair(layer + "mlp_norm", {d}, c_.norm_bias);
      b.expand = pair(layer + "mlp.Wi", {2 * c_.inner, d}, c_.mlp_bias);
      b.contract = pair(layer + "mlp.Wo", {d, c_.inner}, c_.mlp_bias);
      blocks_.push_back(std::move(b));
    }
    final_norm_ = pair("final_norm", {d}, c_.norm_bias);
  }

  int64_t dim() const override { return c_.width; }
  int64_t max_length() const override { return max_length_; }
  int64_t vocab_size() const override { return c_.vocab; }

  torch::Tensor encode(const torch::Tensor& ids, const torch::Tensor& mask) override {
    const torch::InferenceMode inference;
    check_encoder_batch(ids, mask, c_.positions, kTag);
    const int64_t time = ids.size(1), head = c_.width / c_.heads;
    const auto global = rotary_table(time, head, c_.global_theta, ids.device()),
               local = rotary_table(time, head, c_.local_theta, ids.device());
    const auto visible = padding_mask(mask), near = window_mask(visible, time, ids.device());
    auto x = apply(word_norm_, torch::embedding(words_, ids));
    for (size_t i = 0; i < blocks_.size(); ++i) {
      const Block& b = blocks_[i];
      x = x + attend(b, i > 0 ? apply(b.norm1, x) : x, c_.local[i] ? local : global,
                     c_.local[i] ? near : visible);
      const auto gated = linear(b.expand, apply(b.norm2, x)).chunk(2, -1);
      x = x + linear(b.contract, torch::gelu(gated[0]) * gated[1]);
    }
    return pooled_mean(apply(final_norm_, x), mask);
  }

  torch::Tensor encode_static(const torch::Tensor& ids, const torch::Tensor& mask) override {
    const torch::InferenceMode inference;
    check_encoder_batch(ids, mask, INT64_MAX, kTag);
    return pooled_mean(torch::embedding(words_, ids), mask);
  }

 private:
  struct Block {
    NormOrLinear qkv, output, norm1, expand, contract, norm2;
  };

  static torch::Tensor linear(const NormOrLinear& p, const torch::Tensor& x) {
    return torch::linear(x, p.weight, p.bias);
  }
  torch::Tensor apply(const NormOrLinear& n, const torch::Tensor& x) const {
    return torch::layer_norm(x, {c_.width}, n.weight, n.bias, c_.epsilon);
  }

  // What a local layer may look at; undefined: everything.
  torch::Tensor window_mask(const torch::Tensor& visible, int64_t time, torch::Device device) const {
    if (time <= c_.reach + 1) return visible;
    const auto t = torch::arange(time, torch::dtype(torch::kInt64).device(device));
    const auto near = (t.unsqueeze(1) - t.unsqueeze(0)).abs().le(c_.reach).view({1, 1, time, time});
    if (!visible.defined()) return near;
    // Padding sees itself, or where nothing else is near its softmax would be 0/0 and spread.
    const auto self = torch::eye(time, torch::dtype(torch::kBool).device(device)).view({1, 1, time, time});
    return near.logical_and(visible.logical_or(self));
  }

  torch::Tensor attend(const Block& b, const torch::Tensor& x, const RotaryTable& rotary,
                       const torch::Tensor& mask) const {
    const auto parts = linear(b.qkv, x)
                           .view({x.size(0), x.size(1), 3, c_.heads, c_.width / c_.heads})
                           .permute({2, 0, 3, 1, 4});
    const auto out =
        at::scaled_dot_product_attention(rotate(parts[0], rotary), rotate(parts[1], rotary), parts[2],
                                         mask.defined() ? std::optional(mask) : std::nullopt);
    return linear(b.output, out.transpose(1, 2).reshape(x.sizes()));
  }

  ModernBertConfig c_;
  int64_t max_length_ = 0;
  torch::Tensor words_;
  NormOrLinear word_norm_, final_norm_;
  std::vector<Block> blocks_;
};

std::unique_ptr<TextEncoder> load_modernbert(const fs::path& folder, torch::Device device) {
  return std::make_unique<ModernBert>(folder, device);
}

RNB_REGISTER(TextEncoderFamily, .name = "modernbert", .load = load_modernbert);

}  // namespace

}  // namespace rnb
