// Equal-FLOPs comparison: a budget for all that a method spends decides how long its main run is.
//
// What one step costs is measured on fresh batches before the run starts; the method starts with the number
// of steps that the whole budget would pay for; what its start has cost (proxies, probes, a graph) and what
// its signals will cost along the way is taken off; the rest sets the main run's steps, and with them the
// schedule's horizon. Periods that a method derived from the number of steps stay as they are.

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "harness/trainer/gradient_vectors.h"
#include "harness/trainer/trainer.h"

namespace rnb {

double parse_budget(const std::string& budget) {
  constexpr std::string_view kPrefix = "flops=";
  double value = 0;
  const char* const end = budget.data() + budget.size();
  if (budget.starts_with(kPrefix)) {
    const auto [at, code] = std::from_chars(budget.data() + kPrefix.size(), end, value);
    if (code == std::errc() && at == end && value > 0 && std::isfinite(value)) return value;
  }
  fail_usage("budget", "'{}'; expected flops= and a positive number, for example flops=2e12", budget);
}

// Measures a step on fresh batches of the training data; sets the steps that the whole budget would pay for.
void Trainer::plan_budget() {
  if (e_.budget.empty()) return;
  budget_ = parse_budget(e_.budget);
  constexpr int kBatches = 8;
  std::vector<double> natural;
  for (const auto& pool : pools_) natural.push_back(static_cast<double>(pool.size()));
  const double before = ledger_.flops(Phase::Setup);
  GradientVectors vectors(*task_);
  double tokens = 0;
  for (uint64_t k = 0; k < kBatches; ++k) {
    const Batch batch = fresh_batch(pools_, natural, e_.batch, "budget", k);
    vectors.of(batch);
    tokens += static_cast<double>(batch.tokens);
  }
  step_flops_ = (ledger_.flops(Phase::Setup) - before) / kBatches;
  step_tokens_ = tokens / kBatches;
  e_.steps = static_cast<int64_t>(budget_ / step_flops_);
  if (e_.steps < 1)
    fail_usage("budget", "{} does not pay for one step, which costs {:.3g} FLOPs", e_.budget, step_flops_);
}

// FLOPs that the method's signals add to a step of training, on average.
double Trainer::signal_flops_per_step() const {
  const auto m = static_cast<double>(m_), batch = static_cast<double>(e_.batch);
  double eval_tokens = 0;
  for (const int64_t i : mixing_valid_) eval_tokens += task_->cost_of(i);
  const double forward =
      step_flops_ / 3 / step_tokens_;  // of one token; the backward pass costs twice as much
  const double evaluation = forward * eval_tokens;
  const double head = task_->last_layers_size();
  double out = 0;
  if (needs_.eval_every > 0) out += evaluation / static_cast<double>(needs_.eval_every);
  if (needs_.loss_weighting != LossWeighting::None && !needs_.batch_gradients) out += 2 * head * step_tokens_;
  if (!needs_.reference.empty()) out += forward * step_tokens_;
  if (needs_.batch_gradients) {
    out += step_flops_ * static_cast<double>(needs_.target_examples) / batch;
    out += m * m * static_cast<double>(task_->parameter_count());
  }
  if (needs_.gradient_gram) out += 2 * head * std::min(m, batch);
  if (needs_.round_steps > 0) {
    double round = static_cast<double>(needs_.round_evaluations) * evaluation +
                   static_cast<double>(needs_.round_probe_examples) / batch * step_flops_;
    if (needs_.gradient_gram) round += m * m * head;
    out += round / static_cast<double>(needs_.round_steps);
  }
  return out;
}

// After the method's start: the steps that are left to the main run.
void Trainer::settle_budget() {
  if (e_.budget.empty()) return;
  double spent = 0;
  for (const Phase phase : {Phase::Signal, Phase::Update, Phase::ProbeKept, Phase::ProbeDiscarded,
                            Phase::Proxy, Phase::Reference, Phase::EvalMixing})
    spent += ledger_.flops(phase);
  const double signals = signal_flops_per_step();
  e_.steps = step_ + std::max<int64_t>(0, static_cast<int64_t>((budget_ - spent) / (step_flops_ + signals)));
  log_->append({{"event", "budget"},
                {"flops", budget_},
                {"step_flops", step_flops_},
                {"signal_flops_per_step", signals},
                {"spent_before", spent},
                {"planned_steps", domains_.total_steps},
                {"steps", e_.steps}});
  if (e_.steps == step_)
    warn(step_, "budget_spent",
         fmt::format("{} has spent {:.3g} of {:.3g} FLOPs before its main run, which has no step left",
                     e_.method, spent, budget_));
}

}  // namespace rnb
