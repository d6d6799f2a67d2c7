#include "datasets/sources/seeded_subset.h"

#include <algorithm>
#include <utility>

#include "base/random.h"

namespace rnb {

std::vector<bool> seeded_subset(const std::vector<std::string>& ids, int64_t limit, uint64_t seed) {
  std::vector<bool> keep(ids.size(), limit <= 0 || limit >= static_cast<int64_t>(ids.size()));
  if (keep.empty() || keep.front()) return keep;
  std::vector<std::pair<uint64_t, size_t>> order;
  for (size_t i = 0; i < ids.size(); ++i) order.emplace_back(hash64(ids[i], seed ^ 0x5eedULL), i);
  std::nth_element(order.begin(), order.begin() + limit, order.end());
  for (int64_t i = 0; i < limit; ++i) keep[order[static_cast<size_t>(i)].second] = true;
  return keep;
}

}  // namespace rnb
