#include "harness/tasks/language_task.h"

#include <algorithm>

#include "base/error.h"

namespace rnb {
namespace {

torch::Tensor counted_rows(const torch::Tensor& states, const Batch& batch) {
  return states.reshape({-1, states.size(-1)}).index_select(0, batch.rows);
}

}  // namespace

LanguageTask::LanguageTask(const Experiment& e, const Store& store, torch::Device device)
    : store_(store),
      device_(device),
      model_(make_language_model(e.model, store.vocab_size(), e.context, e.seed, device)),
      context_(e.context > 0 ? e.context : model_->context()) {
  if (e.checkpoint_activations) model_->keep_activations(Activations::Recompute);
  if (model_->vocab_size() < store_.vocab_size())
    fail("model",
         "{} has {} token ids, the store's tokenizer {}; prepare the store with the model's own tokenizer",
         e.model, model_->vocab_size(), store_.vocab_size());
}

double LanguageTask::cost_of(int64_t example) const {
  return static_cast<double>(
      std::min<int64_t>(static_cast<int64_t>(store_.tokens(example).size()), context_ + 1));
}

Batch LanguageTask::collate_on_host(std::span<const RowSpec> rows, std::optional<int64_t>) const {
  return rnb::collate(store_, rows, context_);
}

Task::Encoded LanguageTask::encode(const Batch& batch) {
  return {counted_rows(model_->hidden(batch.ids), batch).to(torch::kFloat32)};
}

HeadOutput LanguageTask::loss(const Encoded& rows, const Batch& batch, const torch::Tensor& row_weight,
                              LinearTracker* tracker) {
  return fused_head(rows.front(), model_->head_weight(), batch.targets, row_weight, batch.head_domains,
                    tracker);
}

ExampleLosses LanguageTask::evaluate(std::span<const int64_t> examples, int64_t batch) {
  return rnb::evaluate(*model_, store_, examples, context_, batch, device_);
}

torch::Tensor LanguageTask::middle(const Batch& batch) {
  return counted_rows(model_->middle(batch.ids), batch);
}

}  // namespace rnb
