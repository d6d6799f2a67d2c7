#include "harness/trainer/loss_weighting.h"

#include <algorithm>
#include <limits>

namespace rnb {
namespace {

struct DomainMeans {
  std::vector<double> sum;
  std::vector<int64_t> tokens;
  explicit DomainMeans(size_t m) : sum(m), tokens(m) {}
  // f(row) is the row's value.
  template <typename F>
  void add(const std::vector<HeadDomain>& borders, F f) {
    int64_t row = 0;
    for (const HeadDomain& d : borders)
      for (; row < d.end; ++row) {
        sum[static_cast<size_t>(d.domain)] += f(row);
        ++tokens[static_cast<size_t>(d.domain)];
      }
  }
  std::vector<double> means() const {
    std::vector<double> out;
    for (size_t i = 0; i < sum.size(); ++i)
      out.push_back(tokens[i] > 0 ? sum[i] / static_cast<double>(tokens[i])
                                  : std::numeric_limits<double>::quiet_NaN());
    return out;
  }
};

torch::Tensor place_losses(Task& task, const Task::Encoded& encoded, const Batch& batch) {
  const torch::NoGradGuard no_grad;
  const auto ones = torch::ones({batch.tokens}, encoded.front().options().requires_grad(false));
  return task.loss(encoded, batch, ones, nullptr).row_loss.to(torch::kCPU).contiguous();
}

std::vector<float> spread_over_places(const Batch& batch, const Weights& w,
                                      const std::vector<int64_t>& tokens, LossWeighting how, int64_t parts) {
  std::vector<float> weight(static_cast<size_t>(batch.tokens));
  double total = 0;
  for (size_t i = 0; i < w.size(); ++i) total += w[i] * static_cast<double>(tokens[i]);
  int64_t row = 0;
  for (const HeadDomain& d : batch.head_domains) {
    const auto i = static_cast<size_t>(d.domain);
    const double divisor = how == LossWeighting::Tokens ? total : static_cast<double>(tokens[i]);
    const double each = divisor > 0 ? w[i] / divisor / static_cast<double>(parts) : 0.0;
    for (; row < d.end; ++row) weight[static_cast<size_t>(row)] = static_cast<float>(each);
  }
  return weight;
}

}  // namespace

std::vector<float> weights_by_domain(Run& run, const Batch& batch, const Task::Encoded& encoded, double lr,
                                     const AskMixer& ask) {
  const size_t m = run.domains();
  DomainMeans loss(m), excess(m), clipped(m);
  torch::Tensor own;
  {
    const PhaseScope scope(run.ledger, Phase::Signal);
    own = place_losses(run.task(), encoded, batch);
  }
  const float* const l = own.data_ptr<float>();
  loss.add(batch.head_domains, [&](int64_t row) { return l[row]; });
  if (run.reference) {
    const PhaseScope scope(run.ledger, Phase::Reference);
    const torch::NoGradGuard no_grad;
    const torch::Tensor other = place_losses(*run.reference, run.reference->encode(batch), batch);
    const float* const r = other.data_ptr<float>();
    const auto above = [&](int64_t row) { return static_cast<double>(l[row]) - r[row]; };
    excess.add(batch.head_domains, above);
    clipped.add(batch.head_domains, [&](int64_t row) { return std::max(above(row), 0.0); });
  }
  const auto loss_means = loss.means(), excess_means = excess.means(), clipped_means = clipped.means();
  BatchView view;
  view.step = run.step() + 1;
  view.lr = lr;
  view.loss = loss_means;
  view.tokens = loss.tokens;
  view.excess = excess_means;
  view.clipped_excess = clipped_means;
  return spread_over_places(batch, ask(view), loss.tokens, run.needs.loss_weighting,
                            run.experiment.accumulation);
}

}  // namespace rnb
