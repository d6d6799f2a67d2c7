#include "harness/trainer/pause_point.h"

#include "base/stop_signal.h"
#include "harness/trainer/run_log.h"

namespace rnb {

void save_run(Run& run) {
  const PhaseScope scope(run.ledger, Phase::Checkpoint);
  run.log->flush();
  save_checkpoint(run.folder, save(run.state, run.ledger, run.log->bytes()), run.experiment.keep_checkpoints);
}

void pause_point(Run& run) {
  const int signal = stop_signal();
  if (signal != 0) {
    run.log->append({{"event", "interrupt"}, {"step", run.step()}, {"signal", signal}});
    log_ledger(run);
  }
  const int64_t every = run.experiment.checkpoint_every;
  if (signal != 0 || (every > 0 && run.state.course.work % every == 0)) save_run(run);
  if (signal != 0) throw Interrupted();
}

}  // namespace rnb
