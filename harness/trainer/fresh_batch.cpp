#include "harness/trainer/fresh_batch.h"

#include <algorithm>
#include <optional>

#include "base/random.h"

namespace rnb {

Batch fresh_batch(const Run& run, const std::vector<std::vector<int64_t>>& pools, const Weights& mixture,
                  int64_t examples, std::string_view purpose, uint64_t stream) {
  Weights reachable(mixture);
  double total = 0;
  for (size_t i = 0; i < pools.size(); ++i) total += reachable[i] = pools[i].empty() ? 0.0 : mixture[i];
  std::vector<RowSpec> rows;
  Rng rng(run.experiment.seed, purpose, static_cast<uint64_t>(run.step()), stream);
  for (int64_t k = 0; k < examples && total > 0; ++k) {
    const size_t i = rng.categorical(reachable);
    rows.push_back({static_cast<int32_t>(i), {pools[i][rng.below(pools[i].size())]}});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const RowSpec& a, const RowSpec& b) { return a.domain < b.domain; });
  if (rows.empty()) return {};
  return run.task().collate(rows, std::nullopt);
}

}  // namespace rnb
