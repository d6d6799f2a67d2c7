#include "harness/trainer/training_for_groupings.h"

#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include <ATen/Parallel.h>

#include "base/error.h"
#include "base/stop_signal.h"
#include "harness/trainer/run_experiment.h"
#include "results/hdf5_file.h"
#include "results/phases.h"
#include "results/run_file.h"

namespace rnb {
namespace {

// The last value of a curve; NaN where the run has no such curve.
double last_of(const Hdf5Reader& run, const std::string& curve) {
  const std::string path = "/curves/" + curve + "/value";
  const auto values = run.has(path) ? run.doubles(path) : std::vector<double>{};
  return values.empty() ? std::numeric_limits<double>::quiet_NaN() : values.back();
}

// Makes the run in settings.out, or finds it made. Throws Stopped when a stop signal cut it.
RunSummary made_run(const Experiment& e, const Store& store, const Grouping& grouping, RunSettings settings) {
  settings.earlier = Earlier::Resume;
  settings.threads = at::get_num_threads();
  const RunResult result = run_experiment(e, store, grouping, settings);
  if (result.outcome.signal != 0) throw Stopped(result.outcome.signal);
  return read_run(result.folder / "run.h5");
}

ShortRun short_run(const Experiment& e, const Store& store, const Grouping& grouping, bool shared_machine) {
  const RunSummary run = made_run(
      e, store, grouping,
      {.out = store.folder() / "k-runs", .shared_machine = shared_machine, .proxy_for = "the choice of k"});
  const Hdf5Reader file(run.file);
  const double weighted = last_of(file, "valid_weighted_loss");
  ShortRun out{run.run_id, std::isnan(weighted) ? last_of(file, "valid_loss") : weighted, run.wall_seconds,
               0};
  for (const auto& [phase, flops] : run.flops)
    if (kind_of_phase_named(phase) != PhaseKind::Regroup)
      out.flops += flops;  // the clustering's own cost is billed once, not at each run
  return out;
}

TrainedTower train_tower(const Experiment& e, const Store& store, bool shared_machine) {
  const RunSummary run = made_run(e, store, original_grouping(store),
                                  {.out = store.folder() / "embedder-runs",
                                   .shared_machine = shared_machine,
                                   .proxy_for = "the embeddings of images"});
  TrainedTower out{run.file.parent_path() / "model", run.wall_seconds, 0};
  for (const auto& [phase, flops] : run.flops) out.flops += flops;
  return out;
}

}  // namespace

ResolveOptions options_with_training(const std::string& device, Precision precision, bool shared_machine) {
  // Once, with the first run: a signal between two runs must not be forgotten.
  const auto watch = [watched = std::make_shared<bool>(false)] {
    if (!std::exchange(*watched, true)) watch_stop_signals();
  };
  return {.device = device,
          .precision = precision,
          .short_run =
              [=](const Experiment& e, const Store& store, const Grouping& grouping) {
                watch();
                return short_run(e, store, grouping, shared_machine);
              },
          .train_tower =
              [=](const Experiment& e, const Store& store) {
                watch();
                return train_tower(e, store, shared_machine);
              }};
}

}  // namespace rnb
