#include "models/qwen2.h"

#include <cmath>

#include "base/error.h"

namespace rnb {

Qwen2::Qwen2(Qwen2Config config, int64_t context, uint64_t seed, torch::Device device)
    : Decoder("qwen2", context, config.max_positions), config_(std::move(config)) {
  build(random_weights(seed, device));
}

Qwen2::Qwen2(Qwen2Config config, int64_t context, const TensorMap& tensors, const std::string& where,
             torch::Device device)
    : Decoder("qwen2", context, config.max_positions), config_(std::move(config)) {
  LoadedWeights weights(tensors, "qwen2", where, "model.", device);
  build(
      [&](const std::string& name, const std::vector<int64_t>& shape) { return weights.take(name, shape); });
  // A tied head may be stored all the same; old files carry the rotary frequencies.
  weights.require_all_taken([&](const std::string& name) {
    return (config_.tied && name == "lm_head.weight") || name.ends_with("rotary_emb.inv_freq");
  });
}

void Qwen2::build(const MakeTensor& make) {
  const int64_t d = config_.width, q = config_.heads * config_.head_width,
                kv = config_.kv_heads * config_.head_width;
  ParameterList list(make);
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
  finish(list, "model.layers.", blocks_.size());
}

torch::Tensor Qwen2::normalise(const torch::Tensor& weight, const torch::Tensor& x) const {
  return at::rms_norm(x, {config_.width}, weight, config_.rms_norm_epsilon);
}

torch::Tensor Qwen2::attend(const Block& block, int64_t window, const torch::Tensor& x) const {
  const auto split = [&](const torch::Tensor& t) {
    return t.view({x.size(0), x.size(1), -1, config_.head_width}).transpose(1, 2);
  };
  const auto q = rotate(split(apply(block.query, x)), rotary_),
             k = rotate(split(apply(block.key, x)), rotary_), v = split(apply(block.value, x));
  const double scale = 1.0 / std::sqrt(static_cast<double>(config_.head_width));
  return apply(block.output, causal_attention(q, k, v, scale, window));
}

torch::Tensor Qwen2::embed(const torch::Tensor& ids) {
  const int64_t time = ids.size(1);
  if (!rotary_.cos.defined() || rotary_.cos.size(0) < time) {
    const torch::InferenceMode outside(false);  // an evaluation may come first, training uses the table too
    const torch::NoGradGuard no_grad;
    rotary_ = rotary_table(time, config_.head_width, config_.theta, token_embedding_.device());
  }
  return torch::embedding(token_embedding_, ids);
}

torch::Tensor Qwen2::block(size_t i, const torch::Tensor& x) const {
  const Block& b = blocks_[i];
  const auto y = x + attend(b, config_.window[i], normalise(b.norm1, x));
  const auto z = normalise(b.norm2, y);
  return y + apply(b.down, torch::silu(apply(b.gate, z)) * apply(b.up, z));
}

}  // namespace rnb
