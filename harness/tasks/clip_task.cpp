#include "harness/tasks/clip_task.h"

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "harness/tasks/retrieval.h"
#include "harness/tasks/zero_shot.h"
#include "models/contrastive_head.h"

namespace rnb {

ClipVocabulary clip_vocabulary(const Store& store) {
  const int32_t size = store.vocab_size(), end = store.tokenizer()->eos_id();
  if (end < 0 || end == 2) return {int64_t{size} + 1, size};
  return {size, end};
}

ClipTask::ClipTask(const Experiment& e, const Store& store, torch::Device device)
    : store_(store),
      images_(store),
      device_(device),
      seed_(e.seed),
      zero_shot_(e.zero_shot),
      tokenizer_(store.tokenizer()),
      model_(make_clip(e.model, clip_vocabulary(store), e.context, e.seed, device)),
      context_(e.context > 0 ? e.context : model_.config().positions) {
  if (model_.config().vocab_size < store.vocab_size())
    fail("model",
         "{} has {} token ids, the store's tokenizer {}; prepare the store with the model's own tokenizer",
         e.model, model_.config().vocab_size, store.vocab_size());
  if (e.checkpoint_activations) model_.keep_activations(Activations::Recompute);
}

double ClipTask::last_layers_size() const {
  return static_cast<double>(model_.image_projection().numel() + model_.text_projection().numel());
}

ClipBatching ClipTask::batching() const {
  return {store_, images_, model_.config(), context_, tokenizer_->eos_id() >= 0, seed_};
}

Batch ClipTask::collate_on_host(std::span<const RowSpec> rows, std::optional<int64_t> step) const {
  return collate_pairs(batching(), rows, step);
}

Task::Encoded ClipTask::encode(const Batch& batch) {
  return {model_.image_features(batch.pixels).to(torch::kFloat32),
          model_.text_features(batch.ids, batch.rows).to(torch::kFloat32)};
}

HeadOutput ClipTask::loss(const Encoded& rows, const Batch& batch, const torch::Tensor& row_weight,
                          LinearTracker* tracker) {
  return contrastive_head(
      {rows[0], rows[1], model_.image_projection(), model_.text_projection(), model_.logit_scale()},
      row_weight, batch.head_domains, tracker);
}

// A scale of 100 at most, as OpenAI and OpenCLIP train.
void ClipTask::after_step() {
  const torch::NoGradGuard no_grad;
  model_.logit_scale().detach().clamp_(0, std::log(100.0));
}

ExampleLosses ClipTask::evaluate(std::span<const int64_t> examples, int64_t batch_size) {
  const torch::InferenceMode inference;
  const size_t n = examples.size();
  ExampleLosses out{std::vector<double>(n), std::vector<int64_t>(n, 1), std::vector<int64_t>(n), 0};
  constexpr uint64_t kFixed = 0;  // not the run's seed
  const auto order = permutation(static_cast<int64_t>(n), Rng(kFixed, "pairs/evaluation"));
  const size_t size = std::min(n, static_cast<size_t>(batch_size));
  for (size_t begin = 0; begin < n; begin += size) {
    std::vector<RowSpec> rows;
    std::vector<size_t> places;
    for (size_t k = begin; k < begin + size; ++k) {
      places.push_back(static_cast<size_t>(order[k % n]));
      rows.push_back({0, {examples[places.back()]}});
    }
    const Batch batch = collate(rows, std::nullopt);
    const HeadOutput head =
        loss(encode(batch), batch, torch::ones({batch.tokens}, batch.pixels.options()), nullptr);
    const auto losses = head.row_loss.to(torch::kCPU).contiguous();
    const auto correct = head.row_correct.to(torch::kCPU).contiguous();
    for (size_t k = 0; k < std::min(size, n - begin); ++k) {
      out.loss[places[k]] = losses.data_ptr<float>()[k];
      out.correct[places[k]] = correct.data_ptr<bool>()[k];
    }
    out.cut += batch.cut;
  }
  return out;
}

nlohmann::json ClipTask::scores(std::span<const int64_t> examples) {
  const torch::InferenceMode inference;
  constexpr size_t kPairs = 64;  // embedded at once
  std::vector<torch::Tensor> images, texts;
  for (size_t begin = 0; begin < examples.size(); begin += kPairs) {
    std::vector<RowSpec> rows;
    for (size_t k = begin; k < std::min(examples.size(), begin + kPairs); ++k)
      rows.push_back({0, {examples[k]}});
    const auto features = encode(collate(rows, std::nullopt));
    images.push_back(model_.image_embeddings(features[0]));
    texts.push_back(model_.text_embeddings(features[1]));
  }
  if (images.empty()) return nullptr;
  auto scores = retrieval_scores(torch::cat(images), torch::cat(texts));
  if (!zero_shot_.empty()) scores.merge(zero_shot_scores(model_, *tokenizer_, zero_shot_, device_));
  return scores;
}

torch::Tensor ClipTask::middle(const Batch& batch) {
  const auto features = encode(batch);
  return torch::cat({model_.image_embeddings(features[0]), model_.text_embeddings(features[1])}, 1);
}

}  // namespace rnb
