#include "datasets/sources/seeded_subset.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>

namespace rnb {
namespace {

std::vector<std::string> numbered(int n) {
  std::vector<std::string> ids;
  for (int i = 0; i < n; ++i) ids.push_back("id-" + std::to_string(i));
  return ids;
}

std::set<std::string> chosen(const std::vector<std::string>& ids, int64_t limit, uint64_t seed) {
  const auto keep = seeded_subset(ids, limit, seed);
  EXPECT_EQ(keep.size(), ids.size());
  std::set<std::string> out;
  for (size_t i = 0; i < ids.size(); ++i)
    if (keep[i]) out.insert(ids[i]);
  return out;
}

TEST(SeededSubset, IsAllWithoutALimitOrWithAHighOne) {
  EXPECT_EQ(chosen(numbered(10), 0, 1).size(), 10U);
  EXPECT_EQ(chosen(numbered(10), 10, 1).size(), 10U);
  EXPECT_EQ(chosen(numbered(10), 11, 1).size(), 10U);
  EXPECT_TRUE(seeded_subset({}, 3, 1).empty());
}

TEST(SeededSubset, HoldsTheSameIdsForAnyOrderAndGrowsWithTheLimit) {
  auto ids = numbered(100);
  const auto thirty = chosen(ids, 30, 5), forty = chosen(ids, 40, 5);
  EXPECT_EQ(thirty.size(), 30U);
  EXPECT_TRUE(std::includes(forty.begin(), forty.end(), thirty.begin(), thirty.end()));
  std::reverse(ids.begin(), ids.end());
  EXPECT_EQ(chosen(ids, 30, 5), thirty);
  EXPECT_NE(chosen(ids, 30, 6), thirty);
}

}  // namespace
}  // namespace rnb
