#include "harness/gradient_vectors.h"

#include <limits>

#include "models/fused_head.h"

namespace rnb {

GradientVectors::GradientVectors(LanguageModel& model) : model_(model) {
  for (const NamedParameter& p : model.parameters()) parameters_.push_back(p.tensor);
}

GradientVectors::Result GradientVectors::of(const Batch& batch) {
  Result out;
  out.loss = std::numeric_limits<double>::quiet_NaN();
  if (batch.tokens == 0) return out;
  model_.track(nullptr);
  const auto hidden = model_.hidden(batch.ids);
  const auto picked = hidden.reshape({-1, hidden.size(-1)}).index_select(0, batch.rows);
  const auto weight = torch::full({batch.tokens}, 1.0 / static_cast<double>(batch.tokens), picked.options());
  const HeadOutput head = fused_head(picked, model_.head_weight(), batch.targets, weight.detach(),
                                     {{0, batch.tokens}}, nullptr);
  const auto gradients = torch::autograd::grad({head.loss}, parameters_);
  std::vector<torch::Tensor> flat;
  for (const torch::Tensor& g : gradients) flat.push_back(g.reshape({-1}));
  out.gradient = torch::cat(flat);
  out.loss = head.loss.item<double>();
  return out;
}

std::vector<double> GradientVectors::dot_products(const std::vector<torch::Tensor>& vectors, Ledger& ledger) {
  const size_t n = vectors.size();
  std::vector<double> out(n * n);
  for (size_t a = 0; a < n; ++a)
    for (size_t b = 0; b <= a; ++b)
      if (vectors[a].defined() && vectors[b].defined())
        out[a * n + b] = out[b * n + a] = dot_product(vectors[a], vectors[b], ledger);
  return out;
}

void GradientVectors::set(const torch::Tensor& gradient) {
  int64_t at = 0;
  for (torch::Tensor& p : parameters_) {
    p.mutable_grad() = gradient.slice(0, at, at + p.numel()).reshape(p.sizes()).clone();
    at += p.numel();
  }
}

double dot_product(const torch::Tensor& a, const torch::Tensor& b, Ledger& ledger) {
  ledger.add_flops("gram", 2.0 * static_cast<double>(a.numel()));
  return a.dot(b).item<double>();
}

}  // namespace rnb
