#include "harness/trainer/budget.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "harness/config/budget.h"
#include "harness/config/experiment_keys.h"
#include "harness/trainer/fresh_batch.h"
#include "harness/trainer/gradient_vectors.h"
#include "harness/trainer/run_log.h"

namespace rnb {
namespace {

// FLOPs that the method's signals add to a step of training, on average.
double signal_flops_per_step(const Run& run) {
  const Needs& needs = run.needs;
  const auto [total, step_flops, step_tokens] = *run.budget;
  const auto m = static_cast<double>(run.domains()), batch = static_cast<double>(run.experiment.batch);
  double eval_tokens = 0;
  for (const int64_t i : run.data.mixing_valid) eval_tokens += run.task().cost_of(i);
  const double forward = step_flops / 3 / step_tokens;  // of one token; the backward pass costs twice as much
  const double evaluation = forward * eval_tokens;
  const double head = run.task().last_layers_size();
  double out = 0;
  if (needs.eval_every > 0) out += evaluation / static_cast<double>(needs.eval_every);
  if (needs.loss_weighting != LossWeighting::None && !needs.batch_gradients) out += 2 * head * step_tokens;
  if (!needs.reference.empty()) out += forward * step_tokens;
  if (needs.batch_gradients) {
    out += step_flops * static_cast<double>(needs.target_examples) / batch;
    out += m * m * static_cast<double>(run.task().parameter_count());
  }
  if (needs.gradient_gram) out += 2 * head * std::min(m, batch);
  if (needs.round_steps > 0) {
    double round = static_cast<double>(needs.round_evaluations) * evaluation +
                   static_cast<double>(needs.round_probe_examples) / batch * step_flops;
    if (needs.gradient_gram) round += m * m * head;
    out += round / static_cast<double>(needs.round_steps);
  }
  return out;
}

// What the method has cost so far: its overhead, and the steps of probes that it keeps.
double spent_before_main_run(const Ledger& ledger) {
  double spent = 0;
  for (const PhaseRule& rule : kPhaseRules)
    if (is_overhead(rule.phase) || is_own_step(rule.phase)) spent += ledger.flops(rule.phase);
  return spent;
}

}  // namespace

void plan_budget(Run& run) {
  constexpr int kBatches = 8;
  const Experiment& e = run.experiment;
  BudgetPlan plan{.flops = parse_budget(e.budget)};
  std::vector<double> natural;
  for (const auto& pool : run.data.pools) natural.push_back(static_cast<double>(pool.size()));
  const double before = run.ledger.flops(Phase::Setup);
  GradientVectors vectors(run.task());
  double tokens = 0;
  for (uint64_t k = 0; k < kBatches; ++k) {
    const Batch batch = fresh_batch(run, run.data.pools, natural, e.batch, "budget", k);
    vectors.of(batch);
    tokens += static_cast<double>(batch.tokens);
  }
  plan.step_flops = (run.ledger.flops(Phase::Setup) - before) / kBatches;
  plan.step_tokens = tokens / kBatches;
  RNB_ASSERT(tokens == 0 || plan.step_flops > 0);  // no FLOP counter
  if (tokens == 0)
    fail("budget",
         "{}: no example of {} batches has a completion token within the context; a step's cost cannot be "
         "measured",
         run.store.folder().string(), kBatches);
  const double steps = plan.flops / plan.step_flops;
  if (steps < 1)
    fail_usage("budget", "{} does not pay for one step, which costs {:.3g} FLOPs", e.budget, plan.step_flops);
  if (const double most = find_key_field("steps")->high; steps > most)
    fail_usage("budget", "{} pays for {:.3g} steps of {:.3g} FLOPs; expected {:.0g} at most", e.budget, steps,
               plan.step_flops, most);
  run.state.course.steps = run.data.domains.total_steps = static_cast<int64_t>(steps);
  run.budget = plan;
}

void settle_budget(Run& run) {
  if (!run.budget) return;
  const BudgetPlan& plan = *run.budget;
  const double spent = spent_before_main_run(run.ledger), signals = signal_flops_per_step(run);
  const double left = std::max(0.0, (plan.flops - spent) / (plan.step_flops + signals));
  run.state.course.steps = run.step() + static_cast<int64_t>(left);
  run.log->append({{"event", "budget"},
                   {"flops", plan.flops},
                   {"step_flops", plan.step_flops},
                   {"signal_flops_per_step", signals},
                   {"spent_before", spent},
                   {"planned_steps", run.data.domains.total_steps},
                   {"steps", run.steps()}});
  if (run.steps() == run.step())
    warn(run, run.step(), "budget_spent",
         fmt::format("{} has spent {:.3g} of {:.3g} FLOPs before its main run, which has no step left",
                     run.experiment.method, spent, plan.flops));
}

}  // namespace rnb
