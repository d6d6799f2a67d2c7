#include "harness/trainer/training_probe.h"

#include "base/error.h"
#include "harness/trainer/pause_point.h"
#include "harness/trainer/run_log.h"
#include "harness/trainer/run_services.h"

namespace rnb {

DomainLosses serve_training_probe(Run& run, Stepper& stepper, const Weights& p, int64_t steps, Keep keep) {
  const std::string& method = run.experiment.method;
  check_weights(p, run.domains(), method + ": a probe's mixture");
  if (steps < 1) fail("method", "{}: a probe of {} steps; expected at least 1", method, steps);
  const bool kept = keep == Keep::Yes;
  const Phase phase = kept ? Phase::ProbeKept : Phase::ProbeDiscarded;
  const PhaseScope scope(run.ledger, phase);
  RunState& state = run.state;
  if (!state.probe) {
    state.probe = Probe{};
    if (!kept) state.probe->before = save(state.learner, Tensors::Copied);
  }
  while (state.probe->done < steps && (!kept || run.step() < run.steps())) {
    stepper.take(p, phase);
    ++state.probe->done;
    if (kept) log_after_step(run, stepper.last());
    pause_point(run);
  }
  const DomainLosses losses = mixing_losses(run, run.task());
  if (!kept) load(state.learner, *state.probe->before);
  state.probe.reset();
  return losses;
}

}  // namespace rnb
