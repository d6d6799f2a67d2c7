#pragma once
// One training run: the loop of shared/spec order (draw, forward, backward, optimiser, signals, mixer,
// evaluation), the event log and checkpoints around it.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "datasets/grouping.h"
#include "harness/adamw.h"
#include "harness/batch.h"
#include "harness/checkpoint.h"
#include "harness/domain_gradients.h"
#include "harness/evaluator.h"
#include "harness/experiment.h"
#include "harness/flop_counter.h"
#include "harness/ledger.h"
#include "harness/sampler.h"
#include "methods/mixer.h"
#include "models/language_model.h"
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
  RunOutcome run();

 private:
  void prepare_data();
  void start_mixer();
  void resume(const Checkpoint& checkpoint, int64_t log_bytes);
  void train_step(int64_t step);
  double train_microbatch(const Batch& batch, int64_t step_tokens, int64_t step_examples);
  void after_step(int64_t step);
  void apply(const Decision& decision, const char* call, int64_t step, nlohmann::json signal);
  void warn(int64_t step, const std::string& code, const std::string& text);
  void log_step(int64_t step);
  ExampleLosses report(const std::vector<int64_t>& examples, std::string_view split, int64_t step);
  void save(int64_t step);
  void log_ledger(int64_t step);
  void finish();

  Experiment e_;
  const Store& store_;
  const Grouping& grouping_;
  std::filesystem::path folder_;
  nlohmann::json start_event_;
  Ledger& ledger_;
  torch::Device device_;
  FlopCounter flop_counter_;
  std::unique_ptr<LanguageModel> model_;
  std::unique_ptr<AdamW> optimiser_;
  std::unique_ptr<Sampler> sampler_;
  std::unique_ptr<Mixer> mixer_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<DomainGradients> gradients_;
  std::unique_ptr<EventLog> log_;
  Domains domains_;
  Needs needs_;
  size_t m_;
  int64_t context_ = 0;
  std::vector<int64_t> valid_, test_, mixing_valid_;
  // State of the loop; all of it goes into a checkpoint.
  Weights p_;
  int64_t step_ = 0, tokens_ = 0, cut_ = 0, cut_total_ = 0;
  std::vector<int64_t> counts_;  // drawn since the last step event
  // The step just taken.
  double loss_ = 0, lr_ = 0, grad_norm_ = 0;
  std::vector<double> domain_loss_;
  std::vector<int64_t> domain_tokens_, domain_examples_;
};

torch::Device resolve_device(const std::string& name);  // Error with a hint where there is no such device

}  // namespace rnb
