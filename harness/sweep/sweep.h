#pragma once
// Runs a plan: each experiment in a process of its own, `PROGRAM run --key value ... --out DIR --resume`. A
// finished run answers at once, a cut one goes on, a run that another sweep is making is waited for. A failed
// run does not stop the rest.

#include <filesystem>
#include <string>
#include <vector>

#include "harness/sweep/sweep_plan.h"

namespace rnb {

struct SweepOptions {
  std::string program;        // the executable that has `prepare` and `run`
  std::filesystem::path out;  // run folders, logs/<run id>.log, stores/, sweep.json
  int jobs = 1;
  double retry_seconds = 5;  // between two looks at a run that another sweep is making
};

struct SweepFailure {
  std::string what;  // the command line that does it again
  std::filesystem::path log;
  int code = 0;
};

struct SweepReport {
  int made = 0, already_finished = 0, not_started = 0;
  std::vector<SweepFailure> failures;
  int signal = 0;
  int exit_code() const;  // 0; 3: some failed or were not started; 128 + n after a signal
};

// SIGINT and SIGTERM are passed on to the runs, each time: the first lets a run save itself, the second ends
// it at once.
SweepReport run_sweep(const SweepPlan& plan, const SweepOptions& options);

}  // namespace rnb
