#include "models/decoder.h"

#include <optional>
#include <utility>

#include "base/error.h"
#include "models/tracked_linear.h"

namespace rnb {

Decoder::Decoder(std::string component, const ModelSource& source, int64_t positions, int64_t vocab_size)
    : component_(std::move(component)),
      context_(source.context > 0 ? source.context : positions),
      positions_(positions),
      vocab_size_(vocab_size) {
  if (context_ > positions)
    fail_usage("model", "--context {} exceeds the {} positions of {}", context_, positions, source.name);
}

void Decoder::finish(const ParameterList& list, const std::string& block_prefix, size_t blocks) {
  parameters_ = list.parameters();
  linear_names_ = list.linear_names();
  for (size_t i = 0; i < blocks; ++i) {
    const std::string prefix = fmt::format("{}{}.", block_prefix, i);
    block_parameters_.emplace_back();
    for (const NamedParameter& p : parameters_)
      if (p.name.starts_with(prefix)) block_parameters_.back().push_back(p.tensor);
  }
}

std::vector<std::string> Decoder::linear_names() const {
  auto names = linear_names_;
  names.emplace_back("lm_head");
  return names;
}

torch::Tensor Decoder::apply(const Linear& layer, const torch::Tensor& x) const {
  return tracked_linear(x, layer.weight, layer.bias, tracker_, layer.name);
}

torch::Tensor Decoder::run(const torch::Tensor& ids, size_t count) {
  if (ids.size(1) > positions_)
    fail(component_, "a sequence of {} tokens does not fit the model's {} positions", ids.size(1),
         positions_);
  auto x = embed(ids);
  const bool recompute = activations_ == Activations::Recompute && torch::GradMode::is_enabled();
  for (size_t i = 0; i < count; ++i) x = recompute ? recomputed_block(*this, i, x) : block(i, x);
  return x;
}

torch::Tensor Decoder::hidden(const torch::Tensor& ids) {
  return final_norm(run(ids, block_parameters_.size()));
}

torch::Tensor Decoder::middle(const torch::Tensor& ids) {
  return run(ids, block_parameters_.size() / 2);
}

torch::Tensor split_heads(const torch::Tensor& x, int64_t head_width) {
  return x.view({x.size(0), x.size(1), -1, head_width}).transpose(1, 2);
}

torch::Tensor causal_attention(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                               double scale, int64_t window) {
  const int64_t batch = q.size(0), heads = q.size(1), time = q.size(2), width = q.size(3);
  const auto for_all_heads = [&](const torch::Tensor& t) {
    const int64_t groups = t.size(1);
    if (groups == heads) return t;
    return t.unsqueeze(2)
        .expand({batch, groups, heads / groups, time, width})
        .reshape({batch, heads, time, width});
  };
  std::optional<torch::Tensor> mask;
  if (window > 0 && time > window) {
    const auto t = torch::arange(time, q.options().dtype(torch::kInt64).requires_grad(false));
    const auto distance = t.unsqueeze(1) - t.unsqueeze(0);
    mask = distance.ge(0).logical_and(distance.lt(window));
  }
  const auto out = at::scaled_dot_product_attention(q, for_all_heads(k), for_all_heads(v), mask, 0.0,
                                                    /*is_causal=*/!mask, scale);
  return out.transpose(1, 2).reshape({batch, time, heads * width});
}

}  // namespace rnb
