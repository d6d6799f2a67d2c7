#pragma once
// One run in the making: what it is given, what it works with, and its state. The parts of the trainer
// (steps, the mixer's calls, services, log, checkpoints) are small classes and functions over it.

#include <filesystem>
#include <memory>
#include <optional>

#include <torch/torch.h>
#include <nlohmann/json.hpp>

#include "datasets/store/grouping.h"
#include "harness/bill/ledger.h"
#include "harness/config/experiment.h"
#include "harness/trainer/run_state.h"
#include "harness/trainer/training_data.h"
#include "results/event_log.h"

namespace rnb {

// With a budget: what it is, and what one step costs, measured before the first one.
struct BudgetPlan {
  double flops = 0, step_flops = 0;  // of the whole run; of a step
  double step_tokens = 0;            // with a loss, per step
};

struct Run {
  // Given.
  const Experiment& experiment;
  const Store& store;
  const Grouping& grouping;
  std::filesystem::path folder;
  Ledger& ledger;
  torch::Device device;
  // Settled before the first step.
  nlohmann::json start_event;  // the first of a fresh log
  TrainingData data;
  std::optional<BudgetPlan> budget = {};

  RunState state = {};
  // Known once the mixer has been started.
  Needs needs = {};
  std::unique_ptr<Task> reference = nullptr;  // iff Needs::reference
  std::unique_ptr<EventLog> log = nullptr;

  size_t domains() const { return grouping.domain_names.size(); }
  Task& task() const { return *state.learner.task; }
  int64_t step() const { return state.learner.counters.step; }
  int64_t steps() const { return state.course.steps; }
};

// Everything up to the mixer's first call. Sets the process's arithmetic (harness/device/device.h). With a
// budget, a FLOP counter must be counting into `ledger`. UsageError where the experiment asks for what its
// task cannot do.
Run make_run(const Experiment& experiment, const Store& store, const Grouping& grouping,
             std::filesystem::path folder, nlohmann::json start_event, Ledger& ledger);

// After the mixer's first call: reads its needs and sets up what they ask for (gradients, a reference model).
// UsageError where the experiment does not fit them.
void serve_needs(Run& run);

}  // namespace rnb
