// `rnb run`: one experiment, from a prepared store to a finished run folder.

#include <cstdio>
#include <filesystem>

#include <torch/torch.h>

#include "base/error.h"
#include "base/exit_code.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/stop_signal.h"
#include "harness/commands/command.h"
#include "harness/commands/dry_run.h"
#include "harness/config/experiment.h"
#include "harness/device/device.h"
#include "harness/grouping/grouping_resolver.h"
#include "harness/trainer/run_experiment.h"
#include "harness/trainer/training_for_groupings.h"

namespace rnb {
namespace {

Experiment experiment_of(const CommandInput& input) {
  Experiment e;
  for (const ExperimentKey& key : experiment_keys()) {
    const auto given = input.texts(key.name);
    if (given.size() > 1 && key.name != "method-option")
      fail_usage("run", "--{} is given {} times; one run has one value (rnb sweep makes grids)", key.name,
                 given.size());
    for (const std::string& value : given) set_key(e, key.name, value, "command line");
  }
  if (input.has("resume") && input.has("fresh")) fail_usage("run", "--resume and --fresh exclude each other");
  check_experiment(e);
  return e;
}

RunSettings settings_of(const CommandInput& input, int threads) {
  RunSettings settings;
  settings.out = input.text("out");
  settings.earlier = input.has("resume")  ? Earlier::Resume
                     : input.has("fresh") ? Earlier::StartOver
                                          : Earlier::Refuse;
  settings.shared_machine = input.has("shared-machine");
  settings.threads = threads;
  return settings;
}

// To standard error; the exit code.
int tell(const Experiment& e, const RunSettings& settings, const RunResult& result) {
  if (result.finished_before) {
    fmt::print(stderr, "already finished: {}\n", result.folder.string());
    return kExitOk;
  }
  if (result.outcome.signal != 0) {
    fmt::print(stderr, "stopped by signal {} at step {}; go on with: {} --out {} --resume\n",
               result.outcome.signal, result.outcome.step, reproducer_line(e), settings.out.string());
    return exit_code_of_signal(result.outcome.signal);
  }
  if (result.uncovered > 0.02 && result.seconds > 5)
    fmt::print(stderr, "warning: {:.1f} % of the wall time is in no phase of the ledger\n",
               100 * result.uncovered);
  fmt::print(stderr, "test loss {:.4f} in {}; {}\n", result.outcome.test_loss,
             format_duration(result.seconds), (result.folder / "run.h5").string());
  return kExitOk;
}

int run(const CommandInput& input) {
  const Experiment e = experiment_of(input);
  if (input.has("dry-run")) {
    print_dry_run(e);
    return kExitOk;
  }
  const RunSettings settings = settings_of(input, thread_count(e.threads));
  at::set_num_threads(settings.threads);
  resolve_device(e.device);  // before anything is touched

  const Store store(e.store);
  const Grouping grouping = resolve_grouping(
      store, e.grouping, options_with_training(e.device, e.precision, settings.shared_machine));
  fmt::print("run_folder={}\n", (settings.out / run_id(e, store.digest(), grouping.digest)).string());
  std::fflush(stdout);
  watch_stop_signals();
  return tell(e, settings, run_experiment(e, store, grouping, settings));
}

}  // namespace

RNB_REGISTER(TrainedCommand, .name = "run", .run = run);

}  // namespace rnb
