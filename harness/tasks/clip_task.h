#pragma once
// A CLIP on a store's pairs of image and caption.
//
// A pair's loss depends on the batch that it is in. In training that is the micro-batch; in an evaluation the
// batches are fixed: the examples in an order that never changes, eval-batch at a time, the last batch filled
// up with the first examples, which count once. So two runs' losses compare where their eval-batch is the
// same.

#include "datasets/store/image_store.h"
#include "harness/tasks/clip_batch.h"
#include "harness/tasks/task.h"
#include "models/clip.h"

namespace rnb {

class ClipTask : public Task {
 public:
  ClipTask(const Experiment& experiment, const Store& store, torch::Device device);
  std::vector<NamedParameter> parameters() const override { return model_.parameters(); }
  std::vector<std::string> linear_names() const override { return model_.linear_names(); }
  size_t last_layers() const override { return 2; }  // both projections
  double last_layers_size() const override;
  void track(LinearTracker* tracker) override { model_.track(tracker); }
  void save(const std::filesystem::path& folder) const override { save_hugging_face(model_, folder); }
  int64_t context() const override { return 0; }
  double cost_of(int64_t) const override { return 1; }
  torch::Device device() const override { return device_; }
  Batch collate_on_host(std::span<const RowSpec> rows, std::optional<int64_t> step) const override;
  Encoded encode(const Batch& batch) override;  // features of images, of texts
  HeadOutput loss(const Encoded& rows, const Batch& batch, const torch::Tensor& row_weight,
                  LinearTracker* tracker) override;
  void after_step() override;
  ExampleLosses evaluate(std::span<const int64_t> examples, int64_t batch) override;
  torch::Tensor middle(const Batch& batch) override;  // unit embeddings of image and text, side by side
  // Retrieval among these examples, and zero-shot classification where the experiment names images for it.
  nlohmann::json scores(std::span<const int64_t> examples) override;

 private:
  ClipBatching batching() const;
  const Store& store_;
  ImageStore images_;
  torch::Device device_;
  uint64_t seed_;
  std::string zero_shot_;
  std::unique_ptr<Tokenizer> tokenizer_;
  Clip model_;
  int64_t context_;
};

// Of a named size on this store: the store's own, and one id more where its end-of-text cannot serve (none,
// or 2, which transformers reads as "the largest").
ClipVocabulary clip_vocabulary(const Store& store);

}  // namespace rnb
