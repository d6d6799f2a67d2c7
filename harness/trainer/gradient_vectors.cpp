#include "harness/trainer/gradient_vectors.h"

#include <limits>

namespace rnb {

GradientVectors::GradientVectors(Task& task) : task_(task) {
  for (const NamedParameter& p : task.parameters()) parameters_.push_back(p.tensor);
}

GradientVectors::Result GradientVectors::of(const Batch& batch) {
  Result out;
  out.loss = std::numeric_limits<double>::quiet_NaN();
  if (batch.tokens == 0) return out;
  task_.track(nullptr);
  const Task::Encoded encoded = task_.encode(batch);
  const auto weight =
      torch::full({batch.tokens}, 1.0 / static_cast<double>(batch.tokens), encoded.front().options());
  const HeadOutput head = task_.loss(encoded, batch, weight.detach(), nullptr);
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
