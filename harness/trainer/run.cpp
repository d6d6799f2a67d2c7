#include "harness/trainer/run.h"

#include <algorithm>

#include "base/error.h"
#include "harness/config/experiment_words.h"
#include "harness/device/device.h"
#include "harness/trainer/budget.h"
#include "harness/trainer/proxy_runs.h"
#include "harness/trainer/tracked_layers.h"
#include "methods/core/registry.h"

namespace rnb {
namespace {

// The rounds of the sampler `quota_round`: so many in a run.
constexpr int64_t kQuotaRounds = 10;

}  // namespace

Run make_run(const Experiment& e, const Store& store, const Grouping& grouping, std::filesystem::path folder,
             nlohmann::json start_event, Ledger& ledger) {
  const PhaseScope scope(ledger, Phase::Setup);
  set_arithmetic({e.tf32, e.deterministic});
  Run run{.experiment = e,
          .store = store,
          .grouping = grouping,
          .folder = std::move(folder),
          .ledger = ledger,
          .device = resolve_device(e.device),
          .start_event = std::move(start_event),
          .data = training_data(e, store, grouping)};
  Learner& learner = run.state.learner;
  learner.task = make_task(e, store, run.device);
  check_task(e, *learner.task);
  learner.optimiser = std::make_unique<AdamW>(learner.task->parameters(),
                                              AdamWOptions{e.beta1, e.beta2, e.eps, e.weight_decay});
  learner.counters.counts.assign(run.domains(), 0);
  run.state.course.steps = e.steps;
  if (!e.budget.empty()) plan_budget(run);
  learner.sampler = std::make_unique<Sampler>(e.sampler, run.data.pools, e.seed,
                                              std::max<int64_t>(1, run.steps() / kQuotaRounds));
  run.state.mixer = make_mixer(e.method, e.method_options);
  check_shared_domains(run.state.mixer->needs(), run.data.domains, e.method);
  return run;
}

void serve_needs(Run& run) {
  const Experiment& e = run.experiment;
  run.needs = run.state.mixer->needs();
  const Needs& needs = run.needs;
  check_shared_domains(needs, run.data.domains, e.method);  // again: another program's are known only now
  if (run.state.course.p.empty()) fail("method", "{} gave no sampling weights for the first step", e.method);
  if (!needs.sampler.empty() && needs.sampler != word_for(e.sampler))
    fail_usage("sampler", "'{}' is set, {} needs '{}'", word_for(e.sampler), e.method, needs.sampler);
  if (needs.batch_gradients && (e.accumulation > 1 || e.pack))
    fail_usage("accumulation", "{} weighs whole domain gradients: set accumulation = 1 and pack = off",
               e.method);
  if (!needs.reference.empty()) run.reference = proxy_task(run, needs.reference);
  if (needs.gradient_gram)
    run.state.gradients = std::make_unique<DomainGradients>(
        tracked_layers(parse_layer_choice(e.track, AllLayers::Refused, "config", "track"),
                       run.task().linear_names(), run.task().last_layers()),
        run.domains(), e.accumulation, needs.step_norms, run.ledger);
}

}  // namespace rnb
