#pragma once
// One experiment from its folder to its run.h5: what `rnb run` does, and what a method's proxy runs do.

#include <filesystem>
#include <string>

#include "datasets/store/grouping.h"
#include "harness/config/experiment.h"
#include "harness/trainer/run_outcome.h"

namespace rnb {

enum class Earlier { Refuse, Resume, StartOver };  // what to do with a run of the same id that was cut

struct RunSettings {
  std::filesystem::path out = "runs";  // the run goes to out/<run id>
  Earlier earlier = Earlier::Refuse;
  bool shared_machine = false;
  std::string proxy_for = {};  // a proxy: what it is for, and of which run; empty: a run of its own
  int threads = 1;
};

struct RunResult {
  std::filesystem::path folder;
  RunOutcome outcome;
  double seconds = 0;            // wall time of this process's part
  double uncovered = 0;          // share of it that is in no phase
  bool finished_before = false;  // nothing was done
};

// Throws Error (another process holds the folder, it holds a cut run and `earlier` is Refuse, ...).
RunResult run_experiment(const Experiment& experiment, const Store& store, const Grouping& grouping,
                         const RunSettings& settings);

}  // namespace rnb
