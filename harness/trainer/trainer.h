#pragma once
// One training run: draw, forward, backward, optimiser, reports, then the mixer's calls
// (methods/core/mixer.h), with the event log and checkpoints around it. Five files: trainer.cpp (the loop and
// a step), trainer_calls.cpp (what the mixer is told and answers), trainer_services.cpp (what it may ask
// for), trainer_budget.cpp (how long the run is), trainer_state.cpp (start, save, resume).
//
// A run that is cut within a call of its mixer makes the call again when it goes on: the mixer's state from
// before the call is in the checkpoint, and what had been served is answered from the log.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "datasets/store/grouping.h"
#include "harness/bill/flop_counter.h"
#include "harness/bill/ledger.h"
#include "harness/config/experiment.h"
#include "harness/device/device.h"
#include "harness/tasks/batch.h"
#include "harness/tasks/evaluator.h"
#include "harness/tasks/sampler.h"
#include "harness/tasks/task.h"
#include "harness/trainer/adamw.h"
#include "harness/trainer/checkpoint.h"
#include "harness/trainer/domain_gradients.h"
#include "methods/core/mixer.h"
#include "results/event_log.h"

namespace rnb {

struct RunOutcome {
  int signal = 0;        // a stop signal ended the run early
  double test_loss = 0;  // token mean, when complete
  int64_t step = 0;
};

class Trainer {
 public:
  // `start_event` is written first in a fresh log. A checkpoint in the folder is continued from.
  Trainer(const Experiment& experiment, const Store& store, const Grouping& grouping,
          std::filesystem::path run_folder, nlohmann::json start_event, Ledger& ledger);
  ~Trainer();
  RunOutcome run();

 private:
  class RunServices;
  struct Interrupted {};  // thrown between two steps, after saving, when a stop signal has come

  // trainer_state.cpp
  void prepare_data();
  void start();
  void restore(const Checkpoint& checkpoint);
  void read_needs();
  void save();
  void log_ledger();
  void finish();

  // trainer_budget.cpp
  void plan_budget();
  double signal_flops_per_step() const;
  void settle_budget();

  // trainer.cpp
  void train_step(const Weights& p, Phase phase);  // the next step
  std::vector<std::vector<RowSpec>> draw(const Weights& p, int64_t step);
  double train_microbatch(const Batch& batch, int64_t step_tokens, Phase phase);
  double train_by_domain(const std::vector<Batch>& parts, int64_t step);
  void add_domain_losses(const torch::Tensor& row_loss, const std::vector<HeadDomain>& borders);
  void after_step();
  void pause_point();

  // trainer_calls.cpp
  std::vector<float> loss_weights(const Batch& batch, const Task::Encoded& encoded);
  Weights ask_for_batch(const BatchView& view);
  void call_mixer(int64_t step, const std::string& after = "");
  bool is_due(const std::string& call, int64_t step) const;
  nlohmann::json signal_of(const std::string& call, int64_t step);
  void ask(const std::string& call, int64_t step, nlohmann::json data);
  void apply(const Decision& decision, const std::string& call, int64_t step, nlohmann::json signal);
  void warn(int64_t step, const std::string& code, const std::string& text);
  void log_step();
  ExampleLosses report(const std::vector<int64_t>& examples, std::string_view split);
  void report_scores();

  // trainer_services.cpp
  nlohmann::json serve(const nlohmann::json& call);
  DomainLosses mixing_losses(Task& task);
  DomainLosses serve_probe(const Weights& p, int64_t steps, bool keep);
  GradientProbe serve_gradients(const GradientProbeSpec& spec);
  nlohmann::json serve_proxy(const nlohmann::json& call);
  nlohmann::json serve_embeddings(const std::string& run, int64_t examples);
  nlohmann::json serve_log_probs(const std::string& run);
  std::filesystem::path proxies() const;
  std::unique_ptr<Task> proxy_task(const std::string& run);
  Batch fresh_batch(const std::vector<std::vector<int64_t>>& pools, const Weights& mixture, int64_t examples,
                    std::string_view purpose, uint64_t stream) const;

  Experiment e_;
  const Store& store_;
  const Grouping& grouping_;
  std::filesystem::path folder_;
  nlohmann::json start_event_;
  Ledger& ledger_;
  torch::Device device_;
  FlopCounter flop_counter_;
  std::unique_ptr<Task> task_, reference_;  // reference_: of Needs::reference
  std::unique_ptr<AdamW> optimiser_;
  std::unique_ptr<Sampler> sampler_;
  std::unique_ptr<Mixer> mixer_;
  std::unique_ptr<RunServices> services_;
  std::unique_ptr<DomainGradients> gradients_;
  std::unique_ptr<EventLog> log_;
  Domains domains_;
  Needs needs_;
  size_t m_;
  std::vector<int64_t> valid_, test_, mixing_valid_;
  std::vector<double> mixing_weight_;  // of each of mixing_valid_ in the evaluation mixture; sums to 1
  std::vector<std::vector<int64_t>> pools_, valid_pools_;  // [m] examples

  double budget_ = 0, step_flops_ = 0, step_tokens_ = 0;  // with a budget: all of it, and what a step costs

  // State of the loop; all of it goes into a checkpoint.
  Weights p_;
  std::optional<Weights> loss_weights_;
  int64_t step_ = 0;    // of the run
  int64_t work_ = 0;    // optimiser steps of every kind
  int64_t rounds_ = 0;  // that the mixer has seen
  int64_t tokens_ = 0, cut_ = 0, cut_total_ = 0;
  std::vector<int64_t> counts_;  // drawn since the last step event
  nlohmann::json call_;          // the mixer's call being made {"call", "step", "data"}, or null
  nlohmann::json mixer_before_;  // the mixer's state before it
  struct Probe {
    int64_t done = 0;    // steps
    TensorMap snapshot;  // what to go back to; empty for a kept probe
    nlohmann::json state;
  };
  std::optional<Probe> probe_;

  // The step just taken.
  double loss_ = 0, lr_ = 0, grad_norm_ = 0;
  std::vector<double> domain_loss_;  // sums within a step, then means
  std::vector<int64_t> domain_tokens_, domain_examples_;
};

double parse_budget(const std::string& budget);  // FLOPs; UsageError
// The linear layers that last | last:N | pattern:REGEX names; UsageError where none matches. `last` is how
// many of the last ones a model's output is made of.
std::vector<std::string> tracked_layers(const std::string& track, const std::vector<std::string>& names,
                                        size_t last = 1);

}  // namespace rnb
