#pragma once
// A run from its first step to its last: the loop, and how it starts or goes on. Included by who runs a run
// (run_experiment) and by nobody else. A step is in step.h, what the mixer is told in mixer_calls.h, what it
// may ask for in run_services.h, what is kept in run_state.h, how long a run with a budget is in budget.h.

#include <cstdint>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "harness/bill/flop_counter.h"
#include "harness/trainer/mixer_calls.h"
#include "harness/trainer/run.h"
#include "harness/trainer/run_outcome.h"
#include "harness/trainer/run_services.h"
#include "harness/trainer/step.h"

namespace rnb {

class Trainer {
 public:
  // `start_event` is written first in a fresh log. A checkpoint in the folder is continued from. All that is
  // given outlives the trainer.
  Trainer(const Experiment& experiment, const Store& store, const Grouping& grouping,
          std::filesystem::path run_folder, nlohmann::json start_event, Ledger& ledger);
  RunOutcome run();

 private:
  void start();
  void start_fresh();
  void go_on(const Checkpoint& checkpoint);
  void finish();

  FlopCounter flop_counter_;
  Run run_;
  Stepper stepper_;
  RunServices services_;
  MixerCalls calls_;
};

}  // namespace rnb
