#include "models/language_model_eval.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "models/fused_head.h"

namespace rnb {
namespace {

// What is left of an unfinished file goes; a committed one has moved to its final name by then.
struct Leftover {
  std::filesystem::path file;
  ~Leftover() {
    std::error_code ignored;
    if (!file.empty()) std::filesystem::remove(file, ignored);
  }
};

}  // namespace

double eval_ids(LanguageModel& model, const NpyArray& ids, const std::string& logits_out,
                torch::Device device) {
  const torch::InferenceMode inference;
  if (ids.shape().size() != 2 || ids.shape()[1] < 2 || ids.shape()[0] < 1)
    fail("eval", "ids have shape [{}]; expected n x T with T >= 2", fmt::join(ids.shape(), ", "));
  const int64_t n = ids.shape()[0], time = ids.shape()[1], vocab = model.vocab_size();
  const auto values = ids.values<int64_t>();
  for (const int64_t id : values)
    if (id < 0 || id >= vocab) fail("eval", "token id {} is outside the model's vocabulary of {}", id, vocab);
  std::unique_ptr<NpyWriter> logits;
  Leftover temporary;
  if (!logits_out.empty()) {
    temporary.file = temporary_name(logits_out);
    logits =
        std::make_unique<NpyWriter>(temporary.file, npy_type<float>(), std::vector<int64_t>{time, vocab});
  }
  constexpr int64_t kTokensPerBatch = 4096;
  const int64_t per_batch = std::max<int64_t>(1, kTokensPerBatch / time);
  double sum = 0;
  for (int64_t i = 0; i < n; i += per_batch) {
    const int64_t rows = std::min(per_batch, n - i), places = rows * (time - 1);
    auto batch = torch::empty({rows, time}, torch::kInt64);
    std::copy_n(values.data() + i * time, rows * time, batch.data_ptr<int64_t>());
    batch = batch.to(device);
    const auto hidden = model.hidden(batch);
    const auto head = fused_head(hidden.slice(1, 0, time - 1).reshape({places, -1}), model.head_weight(),
                                 batch.slice(1, 1).reshape(-1), torch::ones({places}, hidden.options()),
                                 {{0, places}}, nullptr);
    sum += head.row_loss.sum(torch::kFloat64).item<double>();
    for (int64_t r = 0; logits && r < rows; ++r) {
      const auto all = torch::mm(hidden[r], model.head_weight().t()).to(torch::kCPU).contiguous();
      logits->append(std::span<const float>(all.data_ptr<float>(), static_cast<size_t>(all.numel())));
    }
  }
  if (logits) {
    logits->close();
    commit_file(temporary.file, logits_out);
  }
  return sum / static_cast<double>(n * (time - 1));
}

}  // namespace rnb
