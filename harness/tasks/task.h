#pragma once
// What is trained, as the trainer sees it: examples become a batch, a batch becomes encoded rows, encoded
// rows become one loss per counted place. A language model counts completion tokens, a CLIP counts pairs;
// everything else about a run (mixtures, optimiser, signals, bill, log) is the same for both.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <torch/torch.h>
#include <nlohmann/json.hpp>

#include "harness/config/experiment.h"
#include "harness/tasks/batch.h"
#include "harness/tasks/evaluator.h"
#include "models/fused_head.h"
#include "models/linear_tracker.h"
#include "models/named_parameter.h"

namespace rnb {

class Task {
 public:
  virtual ~Task() = default;

  virtual std::vector<NamedParameter> parameters() const = 0;
  int64_t parameter_count() const;
  // The linear layers in forward order, and how many of the last ones `track = last` means.
  virtual std::vector<std::string> linear_names() const = 0;
  virtual size_t last_layers() const = 0;
  virtual double last_layers_size() const = 0;  // numbers in their weights
  virtual void track(LinearTracker* tracker) = 0;
  virtual void save(const std::filesystem::path& folder) const = 0;  // a Hugging Face folder

  // The most tokens of an example that are read; 0: the task does not read text alone, and rows cannot be
  // packed.
  virtual int64_t context() const = 0;
  // What an example costs a forward pass, in units of its own: tokens, or 1 for a pair.
  virtual double cost_of(int64_t example) const = 0;
  // Rows sorted by domain. `step` of training decides the augmentation; none: as in evaluation.
  virtual Batch collate_on_host(std::span<const RowSpec> rows, std::optional<int64_t> step) const = 0;
  virtual torch::Device device() const = 0;
  Batch collate(std::span<const RowSpec> rows, std::optional<int64_t> step) const {
    return on_device(collate_on_host(rows, step), device());
  }

  using Encoded = std::vector<torch::Tensor>;  // float32, one row per counted place
  virtual Encoded encode(const Batch& batch) = 0;
  // sum_r row_weight_r x loss_r over the batch's counted places, and each loss. tracker may be null.
  virtual HeadOutput loss(const Encoded& rows, const Batch& batch, const torch::Tensor& row_weight,
                          LinearTracker* tracker) = 0;
  virtual void after_step() {}  // what the recipe does to the parameters after each step of the optimiser

  // In batches that never depend on the training mixture, in the order of `examples`.
  virtual ExampleLosses evaluate(std::span<const int64_t> examples, int64_t batch) = 0;
  // [counted places, width] of the batch, for the mean embedding of a domain.
  virtual torch::Tensor middle(const Batch& batch) = 0;
  // Scores beside the loss, on these examples or on other data, by name ("image_to_text_recall_1"); null:
  // none.
  virtual nlohmann::json scores(std::span<const int64_t>) { return nullptr; }
};

// By the name or folder of the model: a CLIP for a store with images, or a language model. Error when the two
// do not fit. The store outlives the task.
std::unique_ptr<Task> make_task(const Experiment& experiment, const Store& store, torch::Device device);
// Keys that the experiment sets and its task cannot do; UsageError.
void check_task(const Experiment& experiment, const Task& task);

}  // namespace rnb
