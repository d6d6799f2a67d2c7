#include "datasets/tokenizers/bpe_merges.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/random.h"

namespace rnb {
namespace {

using Ids = std::vector<int32_t>;

Ids applied(const BpeMerges& merges, Ids ids) {
  merges.apply(ids);
  return ids;
}

TEST(BpeMerges, LowestRankFirstThenLeftmost) {
  BpeMerges merges;
  merges.set(1, 2, 5, 12);
  merges.set(2, 3, 4, 23);
  EXPECT_EQ(applied(merges, {1, 2, 3}), (Ids{1, 23}));
  merges.set(7, 7, 0, 77);
  EXPECT_EQ(applied(merges, {7, 7, 7}), (Ids{77, 7}));
  EXPECT_EQ(applied(merges, {7, 7, 7, 7}), (Ids{77, 77}));
}

TEST(BpeMerges, RepeatedPairKeepsItsLastRank) {
  BpeMerges merges;
  merges.set(1, 2, 0, 12);
  merges.set(2, 3, 1, 23);
  merges.set(1, 2, 2, 12);
  EXPECT_EQ(applied(merges, {1, 2, 3}), (Ids{1, 23}));
}

TEST(BpeMerges, EmptyAndSingleSymbols) {
  BpeMerges merges;
  merges.set(1, 1, 0, 2);
  EXPECT_EQ(applied(merges, {}), Ids{});
  EXPECT_EQ(applied(merges, {1}), Ids{1});
}

// The definition, word for word: find the lowest-ranked pair, join its leftmost place, start again.
Ids by_definition(const std::vector<std::array<int32_t, 3>>& ranked, Ids ids) {
  for (;;) {
    bool joined = false;
    for (const auto& [left, right, id] : ranked) {
      for (size_t i = 0; i + 1 < ids.size() && !joined; ++i) {
        if (ids[i] != left || ids[i + 1] != right) continue;
        ids[i] = id;
        ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        joined = true;
      }
      if (joined) break;
    }
    if (!joined) return ids;
  }
}

TEST(BpeMerges, ShortAndLongWordsFollowTheDefinition) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    Rng rng(seed, "merges");
    std::vector<std::array<int32_t, 3>> ranked;
    BpeMerges merges;
    for (int32_t rank = 0; rank < 30; ++rank) {
      const auto known = static_cast<uint64_t>(4 + rank);  // also pairs of pairs, in any order of ranks
      const auto left = static_cast<int32_t>(rng.below(known)),
                 right = static_cast<int32_t>(rng.below(known));
      const bool repeated =
          std::ranges::any_of(ranked, [&](const auto& pair) { return pair[0] == left && pair[1] == right; });
      if (repeated) continue;
      ranked.push_back({left, right, 4 + rank});
      merges.set(left, right, rank, 4 + rank);
    }
    for (const size_t length : {2u, 3u, 10u, 47u, 48u, 49u, 50u, 200u}) {
      Ids word(length);
      for (auto& id : word) id = static_cast<int32_t>(rng.below(4));
      ASSERT_EQ(applied(merges, word), by_definition(ranked, word))
          << "seed " << seed << " length " << length;
    }
  }
}

TEST(BpeMerges, AMillionSymbolsInOneWord) {
  BpeMerges merges;
  for (int32_t level = 0; level < 20; ++level) merges.set(level, level, level, level + 1);
  EXPECT_EQ(applied(merges, Ids(1u << 20)), Ids{20});  // a scan per join would take hours
}

}  // namespace
}  // namespace rnb
