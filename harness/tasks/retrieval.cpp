#include "harness/tasks/retrieval.h"

#include <fmt/format.h>

#include "base/error.h"

namespace rnb {

std::array<double, 3> recall(const torch::Tensor& queries, const torch::Tensor& targets) {
  RNB_ASSERT(queries.sizes() == targets.sizes());
  constexpr int64_t kRows = 512;  // of similarities at once
  const int64_t n = queries.size(0);
  std::array<int64_t, 3> found{};
  for (int64_t begin = 0; begin < n; begin += kRows) {
    const int64_t end = std::min(n, begin + kRows);
    const auto similar = queries.slice(0, begin, end).mm(targets.t());
    const auto own = similar.slice(1, begin, end).diagonal().unsqueeze(1);
    const auto nearer = similar.ge(own).sum(1).sub(1);  // itself
    for (size_t k = 0; k < kRecallAt.size(); ++k) found[k] += nearer.lt(kRecallAt[k]).sum().item<int64_t>();
  }
  std::array<double, 3> out{};
  for (size_t k = 0; k < out.size(); ++k)
    out[k] = n > 0 ? static_cast<double>(found[k]) / static_cast<double>(n) : 0;
  return out;
}

std::map<std::string, double> retrieval_scores(const torch::Tensor& images, const torch::Tensor& texts) {
  std::map<std::string, double> out;
  const auto by_image = recall(images, texts), by_text = recall(texts, images);
  for (size_t k = 0; k < kRecallAt.size(); ++k) {
    out[fmt::format("image_to_text_recall_{}", kRecallAt[k])] = by_image[k];
    out[fmt::format("text_to_image_recall_{}", kRecallAt[k])] = by_text[k];
  }
  return out;
}

}  // namespace rnb
