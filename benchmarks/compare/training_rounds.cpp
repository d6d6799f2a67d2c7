// Training steps as harness/trainer/trainer.cpp takes them: hidden states, fused head on the counted places,
// backward, clipping, AdamW. Each round starts from the folder's weights and a fresh optimiser.

#include <algorithm>

#include <fmt/format.h>

#include "base/npy.h"
#include "benchmarks/compare/rounds.h"
#include "harness/trainer/adamw.h"
#include "models/fused_head.h"
#include "models/language_model.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr double kLearningRate = 1e-3, kClip = 1.0;

struct StepBatch {
  torch::Tensor ids, rows, targets, row_weight;
};

// ids and labels int64 [B, T]; labels as transformers takes them: not shifted, -100 where no loss counts.
StepBatch read_batch(const fs::path& ids_file, const fs::path& labels_file) {
  const NpyArray ids(ids_file), labels(labels_file);
  const int64_t n = ids.shape().at(0), time = ids.shape().at(1);
  RNB_ASSERT(labels.shape() == ids.shape());
  StepBatch batch;
  batch.ids = torch::empty({n, time}, torch::kInt64);
  std::copy_n(ids.values<int64_t>().data(), n * time, batch.ids.data_ptr<int64_t>());
  const auto label = labels.values<int64_t>();
  std::vector<int64_t> rows, targets;
  for (int64_t place = 0; place + 1 < n * time; ++place) {
    const int64_t next = label[static_cast<size_t>(place) + 1];
    if ((place + 1) % time == 0 || next < 0) continue;
    rows.push_back(place);
    targets.push_back(next);
  }
  batch.rows = torch::tensor(rows, torch::kInt64);
  batch.targets = torch::tensor(targets, torch::kInt64);
  batch.row_weight = torch::full({batch.rows.size(0)}, 1.0 / static_cast<double>(rows.size()));
  return batch;
}

double train_step(LanguageModel& model, AdamW& optimiser, const StepBatch& batch) {
  optimiser.zero_grad();
  const auto hidden = model.hidden(batch.ids);
  const auto picked = hidden.reshape({-1, hidden.size(-1)}).index_select(0, batch.rows);
  const HeadOutput head = fused_head(picked, model.head_weight(), batch.targets, batch.row_weight,
                                     {{0, picked.size(0)}}, nullptr);
  head.loss.backward();
  optimiser.clip_grad_norm(kClip);
  optimiser.step(kLearningRate);
  return head.loss.item<double>();
}

}  // namespace

Round training_rounds(const fs::path& model, const fs::path& batches) {
  std::vector<StepBatch> steps;
  const auto file = [&](const char* kind, size_t i) { return batches / fmt::format("{}-{}.npy", kind, i); };
  for (size_t i = 0; fs::exists(file("ids", i)); ++i)
    steps.push_back(read_batch(file("ids", i), file("labels", i)));
  return [folder = model.string(), steps] {
    const auto fresh = make_language_model(folder, 0, 0, 0, torch::kCPU);
    AdamW optimiser(fresh->parameters(), {});
    nlohmann::json seconds = nlohmann::json::array(), losses = nlohmann::json::array();
    for (const StepBatch& batch : steps) {
      const Stopwatch watch;
      losses.push_back(train_step(*fresh, optimiser, batch));
      seconds.push_back(watch.seconds());
    }
    return nlohmann::json{{"seconds", seconds}, {"losses", losses}};
  };
}

}  // namespace rnb
