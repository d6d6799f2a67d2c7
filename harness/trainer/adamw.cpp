#include "harness/trainer/adamw.h"

#include <cmath>

#include "base/error.h"

namespace rnb {

AdamW::AdamW(std::vector<NamedParameter> parameters, AdamWOptions options)
    : named_(std::move(parameters)), options_(options) {
  groups_[0].weight_decay = options_.weight_decay;
  for (const NamedParameter& p : named_) {
    Group& group = groups_[p.tensor.dim() >= 2 ? 0 : 1];
    group.parameters.push_back(p.tensor);
    group.first.push_back(torch::zeros_like(p.tensor, torch::TensorOptions().requires_grad(false)));
    group.second.push_back(torch::zeros_like(p.tensor, torch::TensorOptions().requires_grad(false)));
    group.steps.push_back(torch::zeros({}, torch::dtype(torch::kFloat32).device(p.tensor.device())));
  }
}

void AdamW::zero_grad() {
  for (const NamedParameter& p : named_) p.tensor.mutable_grad() = torch::Tensor();
}

double AdamW::clip_grad_norm(double limit) {
  std::vector<torch::Tensor> grads;
  for (const NamedParameter& p : named_)
    if (p.tensor.grad().defined()) grads.push_back(p.tensor.grad());
  if (grads.empty()) return 0;
  // One copy to the host for all of them: each would make it wait.
  const auto norms = torch::stack(torch::_foreach_norm(grads, 2)).to(torch::kCPU).to(torch::kFloat64);
  double squares = 0;
  for (int64_t i = 0; i < norms.numel(); ++i) {
    const double value = norms.data_ptr<double>()[i];
    squares += value * value;
  }
  const double norm = std::sqrt(squares);
  if (limit > 0 && norm > limit) torch::_foreach_mul_(grads, limit / (norm + 1e-6));
  return norm;
}

void AdamW::step(double lr) {
  const torch::NoGradGuard no_grad;
  for (Group& g : groups_) {
    if (g.parameters.empty()) continue;
    std::vector<torch::Tensor> grads;
    for (const torch::Tensor& p : g.parameters)
      grads.push_back(p.grad().defined() ? p.grad() : torch::zeros_like(p));
    torch::_foreach_add_(g.steps, 1);
    at::_fused_adamw_(g.parameters, grads, g.first, g.second, {}, g.steps, lr, options_.beta1, options_.beta2,
                      g.weight_decay, options_.eps, /*amsgrad=*/false, /*maximize=*/false);
  }
}

namespace {

// Visits each state tensor under a stable name: "<parameter>/m", "/v", "/step".
template <typename Visit>
void visit_state(const std::vector<NamedParameter>& named, auto& groups, const Visit& visit) {
  size_t at[2] = {0, 0};
  for (const NamedParameter& p : named) {
    const size_t which = p.tensor.dim() >= 2 ? 0 : 1;
    const size_t i = at[which]++;
    visit(p.name + "/m", groups[which].first[i]);
    visit(p.name + "/v", groups[which].second[i]);
    visit(p.name + "/step", groups[which].steps[i]);
  }
}

}  // namespace

TensorMap AdamW::save() const {
  TensorMap out;
  visit_state(named_, groups_, [&](const std::string& name, const torch::Tensor& t) { out[name] = t; });
  return out;
}

void AdamW::load(const TensorMap& saved) {
  const torch::NoGradGuard no_grad;
  visit_state(named_, groups_, [&](const std::string& name, torch::Tensor& t) {
    const auto it = saved.find(name);
    if (it == saved.end()) fail("checkpoint", "the optimiser's state has no '{}'", name);
    t.copy_(it->second);
  });
}

}  // namespace rnb
