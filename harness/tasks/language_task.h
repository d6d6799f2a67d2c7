#pragma once
// A language model on a store's texts.

#include "harness/tasks/task.h"
#include "models/language_model.h"

namespace rnb {

class LanguageTask : public Task {
 public:
  LanguageTask(const Experiment& experiment, const Store& store, torch::Device device);
  std::vector<NamedParameter> parameters() const override { return model_->parameters(); }
  std::vector<std::string> linear_names() const override { return model_->linear_names(); }
  size_t last_layers() const override { return 1; }
  double last_layers_size() const override { return static_cast<double>(model_->head_weight().numel()); }
  void track(LinearTracker* tracker) override { model_->track(tracker); }
  void save(const std::filesystem::path& folder) const override { save_hugging_face(*model_, folder); }
  int64_t context() const override { return context_; }
  double cost_of(int64_t example) const override;
  torch::Device device() const override { return device_; }
  Batch collate_on_host(std::span<const RowSpec> rows, std::optional<int64_t> step) const override;
  Encoded encode(const Batch& batch) override;
  HeadOutput loss(const Encoded& rows, const Batch& batch, const torch::Tensor& row_weight,
                  LinearTracker* tracker) override;
  ExampleLosses evaluate(std::span<const int64_t> examples, int64_t batch) override;
  torch::Tensor middle(const Batch& batch) override;

 private:
  const Store& store_;
  torch::Device device_;
  std::unique_ptr<LanguageModel> model_;
  int64_t context_;
};

}  // namespace rnb
