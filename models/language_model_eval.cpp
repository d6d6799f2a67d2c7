#include "models/language_model_eval.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "models/fused_head.h"

namespace rnb {

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
  std::filesystem::path temporary;
  if (!logits_out.empty()) {
    temporary = temporary_name(logits_out);
    logits = std::make_unique<NpyWriter>(temporary, "<f4", std::vector<int64_t>{time, vocab});
  }
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) {
    auto row = torch::empty({1, time}, torch::kInt64);
    std::copy_n(values.data() + i * time, time, row.data_ptr<int64_t>());
    row = row.to(device);
    const auto hidden = model.hidden(row)[0];
    const auto head = fused_head(hidden.slice(0, 0, time - 1), model.head_weight(), row[0].slice(0, 1),
                                 torch::ones({time - 1}, hidden.options()), {{0, time - 1}}, nullptr);
    sum += head.row_loss.sum(torch::kFloat64).item<double>();
    if (logits) {
      const auto all = torch::mm(hidden, model.head_weight().t()).to(torch::kCPU).contiguous();
      logits->append(std::span<const float>(all.data_ptr<float>(), static_cast<size_t>(all.numel())));
    }
  }
  if (logits) {
    logits->close();
    commit_file(temporary, logits_out);
  }
  return sum / static_cast<double>(n * (time - 1));
}

}  // namespace rnb
