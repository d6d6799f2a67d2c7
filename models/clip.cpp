#include "models/clip.h"

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "models/tracked_linear.h"

namespace rnb {
namespace {

torch::Tensor activate(const std::string& kind, const torch::Tensor& x) {
  if (kind == "quick_gelu") return x * torch::sigmoid(1.702 * x);
  return torch::gelu(x, kind == "gelu_new" ? "tanh" : "none");
}

}  // namespace

torch::Tensor unit_rows(const torch::Tensor& x) {
  return x / x.norm(2, 1, /*keepdim=*/true);
}

Clip::Clip(ClipConfig config, uint64_t seed, torch::Device device) : config_(std::move(config)) {
  build([&](const std::string& name, std::vector<int64_t> shape, double deviation) {
    if (name == "logit_scale") return torch::full({}, config_.logit_scale, device);
    if (deviation == 0)  // norms and biases
      return name.ends_with("weight") ? torch::ones(shape, device) : torch::zeros(shape, device);
    if (device.is_meta()) return torch::empty(shape, device);
    auto tensor = torch::empty(shape, torch::kFloat32);
    Rng rng(seed, "init", 0, hash64(name));
    auto* values = tensor.data_ptr<float>();
    for (int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(deviation * rng.normal());
    return tensor.to(device);
  });
}

Clip::Clip(ClipConfig config, const TensorMap& tensors, const std::string& where, torch::Device device)
    : config_(std::move(config)) {
  LoadedWeights weights(tensors, "clip", where, "", device);
  build([&](const std::string& name, const std::vector<int64_t>& shape, double) {
    return weights.take(name, shape);
  });
  // Old checkpoints carry the positions' numbers.
  weights.require_all_taken(
      [](const std::string& name) { return name.ends_with(".embeddings.position_ids"); });
}

void Clip::build(const MakeTensor& make) {
  const auto parameter = [&](const std::string& name, std::vector<int64_t> shape, double deviation) {
    auto tensor = make(name, std::move(shape), deviation);
    tensor.set_requires_grad(true);
    parameters_.push_back({name, tensor});
    return tensor;
  };
  const auto norm = [&](const std::string& name, int64_t width) {
    return LayerNorm{parameter(name + ".weight", {width}, 0), parameter(name + ".bias", {width}, 0)};
  };
  const auto linear = [&](const std::string& name, int64_t in, int64_t out, double deviation) {
    return Linear{name, parameter(name + ".weight", {out, in}, deviation),
                  parameter(name + ".bias", {out}, 0)};
  };
  const auto tower = [&](const std::string& prefix, const ClipTower& shape, bool causal) {
    Tower t{shape, causal, {}};
    const auto d = static_cast<double>(shape.width), layers = static_cast<double>(shape.layers);
    const double in = 1 / std::sqrt(d * 2 * layers), out = 1 / std::sqrt(d), expand = 1 / std::sqrt(2 * d);
    for (int64_t i = 0; i < shape.layers; ++i) {
      const std::string layer = fmt::format("{}.encoder.layers.{}.", prefix, i),
                        attention = layer + "self_attn.";
      const size_t first = parameters_.size();
      Block b;
      b.norm1 = norm(layer + "layer_norm1", shape.width);
      b.query = linear(attention + "q_proj", shape.width, shape.width, in);
      b.key = linear(attention + "k_proj", shape.width, shape.width, in);
      b.value = linear(attention + "v_proj", shape.width, shape.width, in);
      b.output = linear(attention + "out_proj", shape.width, shape.width, out);
      b.norm2 = norm(layer + "layer_norm2", shape.width);
      b.expand = linear(layer + "mlp.fc1", shape.width, shape.inner, expand);
      b.contract = linear(layer + "mlp.fc2", shape.inner, shape.width, in);
      t.blocks.push_back(std::move(b));
      block_parameters_.emplace_back();
      for (size_t p = first; p < parameters_.size(); ++p)
        block_parameters_.back().push_back(parameters_[p].tensor);
    }
    return t;
  };
  const int64_t v = config_.vision.width, t = config_.text.width, p = config_.patch_size;
  class_embedding_ = parameter("vision_model.embeddings.class_embedding", {v}, 1 / std::sqrt(v));
  patch_embedding_ = parameter("vision_model.embeddings.patch_embedding.weight", {v, 3, p, p}, 0.02);
  image_positions_ =
      parameter("vision_model.embeddings.position_embedding.weight", {config_.patches() + 1, v}, 0.02);
  vision_norm_before_ = norm("vision_model.pre_layrnorm", v);  // transformers' own spelling
  vision_ = tower("vision_model", config_.vision, /*causal=*/false);
  vision_norm_after_ = norm("vision_model.post_layernorm", v);
  token_embedding_ = parameter("text_model.embeddings.token_embedding.weight", {config_.vocab_size, t}, 0.02);
  text_positions_ =
      parameter("text_model.embeddings.position_embedding.weight", {config_.positions, t}, 0.02);
  text_ = tower("text_model", config_.text, /*causal=*/true);
  text_norm_ = norm("text_model.final_layer_norm", t);
  visual_projection_ = parameter("visual_projection.weight", {config_.embedding, v}, 1 / std::sqrt(v));
  text_projection_ = parameter("text_projection.weight", {config_.embedding, t}, 1 / std::sqrt(t));
  logit_scale_ = parameter("logit_scale", {}, 0);
}

std::vector<std::string> Clip::linear_names() const {
  std::vector<std::string> names;
  for (const Tower* tower : {&vision_, &text_})
    for (const Block& b : tower->blocks)
      for (const Linear* l : {&b.query, &b.key, &b.value, &b.output, &b.expand, &b.contract})
        names.push_back(l->name);
  names.insert(names.end(), {"visual_projection", "text_projection"});
  return names;
}

torch::Tensor Clip::apply(const Linear& layer, const torch::Tensor& x) const {
  return tracked_linear(x, layer.weight, layer.bias, tracker_, layer.name);
}

torch::Tensor Clip::block(size_t i, const torch::Tensor& x) const {
  const bool is_vision = i < vision_.blocks.size();
  const Tower& tower = is_vision ? vision_ : text_;
  const Block& b = tower.blocks[is_vision ? i : i - vision_.blocks.size()];
  const ClipTower& shape = tower.shape;
  const int64_t batch = x.size(0), time = x.size(1);
  const auto normalise = [&](const LayerNorm& n, const torch::Tensor& y) {
    return torch::layer_norm(y, {shape.width}, n.weight, n.bias, shape.layer_norm_epsilon);
  };
  const auto heads = [&](const torch::Tensor& y) {
    return y.view({batch, time, shape.heads, shape.width / shape.heads}).transpose(1, 2);
  };
  const auto y = normalise(b.norm1, x);
  const auto seen = at::scaled_dot_product_attention(heads(apply(b.query, y)), heads(apply(b.key, y)),
                                                     heads(apply(b.value, y)), {}, 0.0, tower.causal);
  const auto z = x + apply(b.output, seen.transpose(1, 2).reshape({batch, time, shape.width}));
  return z + apply(b.contract, activate(shape.activation, apply(b.expand, normalise(b.norm2, z))));
}

torch::Tensor Clip::run(const Tower& tower, size_t first, torch::Tensor x) const {
  const bool recompute = activations_ == Activations::Recompute && torch::GradMode::is_enabled();
  for (size_t i = first; i < first + tower.blocks.size(); ++i)
    x = recompute ? recomputed_block(*this, i, x) : block(i, x);
  return x;
}

torch::Tensor Clip::image_features(const torch::Tensor& pixels) {
  const int64_t s = config_.image_size, p = config_.patch_size, v = config_.vision.width, b = pixels.size(0);
  if (pixels.dim() != 4 || pixels.size(1) != 3 || pixels.size(2) != s || pixels.size(3) != s)
    fail("clip", "pixels have shape [{}]; expected [n, 3, {}, {}]", fmt::join(pixels.sizes(), ", "), s, s);
  // The convolution's windows do not overlap, so it is a product: seen by the FLOP counter, and no slower.
  const int64_t side = s / p;
  const auto patches = pixels.slice(2, 0, side * p)
                           .slice(3, 0, side * p)
                           .reshape({b, 3, side, p, side, p})
                           .permute({0, 2, 4, 1, 3, 5})
                           .reshape({b, side * side, 3 * p * p});
  auto x = torch::cat({class_embedding_.expand({b, 1, v}),
                       torch::matmul(patches, patch_embedding_.reshape({v, 3 * p * p}).t())},
                      1);
  x = x + image_positions_;
  const double epsilon = config_.vision.layer_norm_epsilon;
  x = torch::layer_norm(x, {v}, vision_norm_before_.weight, vision_norm_before_.bias, epsilon);
  x = run(vision_, 0, x).select(1, 0);
  return torch::layer_norm(x, {v}, vision_norm_after_.weight, vision_norm_after_.bias, epsilon);
}

torch::Tensor Clip::text_features(const torch::Tensor& ids, const torch::Tensor& ends) {
  const int64_t time = ids.size(1), d = config_.text.width;
  if (time > config_.positions)
    fail("clip", "a text of {} tokens does not fit the model's {} positions", time, config_.positions);
  auto x = torch::embedding(token_embedding_, ids) + text_positions_.slice(0, 0, time);
  x = run(text_, vision_.blocks.size(), x);
  const auto rows = torch::arange(ids.size(0), ends.options());
  return torch::layer_norm(x.index({rows, ends}), {d}, text_norm_.weight, text_norm_.bias,
                           config_.text.layer_norm_epsilon);
}

torch::Tensor Clip::ends_of(const torch::Tensor& ids) const {
  if (config_.pools_at_largest()) return ids.argmax(1);
  const auto is_end = ids.eq(config_.eos_token_id);
  if (!is_end.any(1).all().item<bool>())
    fail("clip", "a row of token ids has no end-of-text ({}), where the text is pooled",
         config_.eos_token_id);
  return is_end.to(torch::kInt32).argmax(1);
}

torch::Tensor Clip::image_embeddings(const torch::Tensor& features) const {
  return unit_rows(torch::linear(features, visual_projection_));
}

torch::Tensor Clip::text_embeddings(const torch::Tensor& features) const {
  return unit_rows(torch::linear(features, text_projection_));
}

}  // namespace rnb
