#pragma once
// The state of a run between two steps, and its one serialisation. A checkpoint, what a resumed run starts
// from, a probe's snapshot and its roll-back all go through save() and load() here. A member that is added to
// one of these structs and not to its serialisation does not compile (structured bindings in run_state.cpp
// name every member).

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "harness/bill/ledger.h"
#include "harness/tasks/sampler.h"
#include "harness/tasks/task.h"
#include "harness/trainer/adamw.h"
#include "harness/trainer/checkpoint.h"
#include "harness/trainer/domain_gradients.h"
#include "methods/core/mixer.h"

namespace rnb {

// What a step moves beside the model, the optimiser and the data cursors.
struct Counters {
  int64_t step = 0;                // of the run
  int64_t tokens = 0;              // with a loss, trained on so far
  int64_t cut = 0, cut_total = 0;  // examples longer than the context, and all that were drawn
  std::vector<int64_t> counts;     // [m] examples drawn since the last step event
  bool operator==(const Counters&) const = default;
};

// What a probe that is rolled back puts back.
struct Learner {
  std::unique_ptr<Task> task;
  std::unique_ptr<AdamW> optimiser;
  std::unique_ptr<Sampler> sampler;
  Counters counters;
};

// A learner as it is kept: in memory for a probe, in files in a checkpoint.
struct SavedLearner {
  TensorMap model, optimiser;
  nlohmann::json values;  // sampler and counters
};

// Where the run is, which a probe leaves alone.
struct Course {
  int64_t steps = 0;                    // of the whole run; a budget decides them once the method has started
  int64_t work = 0;                     // optimiser steps of every kind, those that are rolled back too
  int64_t rounds = 0;                   // that the mixer has seen
  Weights p;                            // sampling weights of the next draw
  std::optional<Weights> loss_weights;  // none: the mixer has named none yet
  bool operator==(const Course&) const = default;
};

// The call of the mixer that is being made: a run that is cut within it makes it again.
struct PendingCall {
  nlohmann::json call;          // {"call", "step", "data"}, or null: none
  nlohmann::json mixer_before;  // the mixer's state before it
};

struct Probe {
  int64_t done = 0;                    // steps
  std::optional<SavedLearner> before;  // what to go back to; none for a probe that is kept
};

struct RunState {
  Learner learner;
  Course course;
  PendingCall pending;
  std::optional<Probe> probe;
  std::unique_ptr<Mixer> mixer;
  std::unique_ptr<DomainGradients> gradients;  // iff Needs::gradient_gram
};

// Copied: the tensors stay as they are when training goes on.
enum class Tensors { Shared, Copied };
SavedLearner save(const Learner& learner, Tensors tensors);
void load(Learner& learner, const SavedLearner& saved);

nlohmann::json to_json(const Counters& counters);
void load(Counters& counters, const nlohmann::json& saved);
nlohmann::json to_json(const Course& course);
void load(Course& course, const nlohmann::json& saved);

// `log_bytes`: length of the event log that belongs to this state.
Checkpoint save(const RunState& state, const Ledger& ledger, int64_t log_bytes);
// In two parts, since the mixer says what gradients are needed once it has been started: first what learns,
// the course, the call and the probe; then the mixer's own state and the gradients.
void load(RunState& state, Ledger& ledger, const Checkpoint& checkpoint);
void load_method(RunState& state, const Checkpoint& checkpoint, torch::Device device);

}  // namespace rnb
