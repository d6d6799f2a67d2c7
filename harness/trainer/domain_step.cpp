#include "harness/trainer/domain_step.h"

#include <cmath>
#include <limits>

#include "harness/tasks/prefetch.h"
#include "harness/trainer/fresh_batch.h"
#include "harness/trainer/gradient_vectors.h"

namespace rnb {
namespace {

struct DomainSums {
  std::vector<torch::Tensor> gradient;  // [m] of the mean loss; undefined for a domain that was not drawn
  std::vector<double> loss;             // [m] mean; NaN likewise
  std::vector<int64_t> tokens;          // [m]
};

DomainSums gradients_of(const Run& run, const std::vector<Batch>& parts, GradientVectors& vectors) {
  const size_t m = run.domains();
  DomainSums out{std::vector<torch::Tensor>(m),
                 std::vector<double>(m, std::numeric_limits<double>::quiet_NaN()), std::vector<int64_t>(m)};
  Prefetch prefetch(parts, run.device);
  for (size_t k = 0; k < parts.size(); ++k) {
    const Batch part = prefetch.next();
    if (part.tokens == 0) continue;
    const auto i = static_cast<size_t>(part.row_domain.front());
    const auto result = vectors.of(part);
    out.gradient[i] = result.gradient;
    out.loss[i] = result.loss;
    out.tokens[i] = part.tokens;
  }
  return out;
}

GradientProbe products_of(Run& run, const DomainSums& domains, int64_t step, GradientVectors& vectors) {
  const PhaseScope scope(run.ledger, Phase::Signal);
  GradientProbe products;
  std::vector<torch::Tensor> all = domains.gradient;
  products.sources = all.size();
  products.loss = domains.loss;
  if (run.needs.target_examples > 0) {
    const Batch target = fresh_batch(run, run.data.valid_pools, run.data.domains.evaluation,
                                     run.needs.target_examples, "target", static_cast<uint64_t>(step));
    const auto result = vectors.of(target);
    all.push_back(result.gradient);
    products.loss.push_back(result.loss);
    products.targets = 1;
  }
  products.gram = vectors.dot_products(all, run.ledger);
  return products;
}

}  // namespace

double train_by_domain(Run& run, const std::vector<Batch>& parts, int64_t step, const AskMixer& ask,
                       StepRecord& made) {
  GradientVectors vectors(run.task());
  const DomainSums domains = gradients_of(run, parts, vectors);
  const GradientProbe products = products_of(run, domains, step, vectors);
  BatchView view;
  view.step = step;
  view.lr = made.lr;
  view.loss = domains.loss;
  view.tokens = domains.tokens;
  view.gradients = &products;
  const Weights w = ask(view);
  torch::Tensor sum;
  double total = 0;
  for (size_t i = 0; i < run.domains(); ++i) {
    const torch::Tensor& gradient = domains.gradient[i];
    if (!gradient.defined()) continue;
    made.domain_loss[i] = domains.loss[i] * static_cast<double>(domains.tokens[i]);
    made.domain_tokens[i] = domains.tokens[i];
    const double norm = std::sqrt(products.dot(i, i)), limit = run.needs.domain_gradient_clip;
    const double factor = limit > 0 && norm > limit ? limit / norm : 1.0;
    total += w[i] * domains.loss[i];
    sum = sum.defined() ? sum.add_(gradient, w[i] * factor) : gradient * (w[i] * factor);
  }
  if (sum.defined()) vectors.set(sum);
  return total;
}

}  // namespace rnb
