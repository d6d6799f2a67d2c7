#include "datasets/training_texts.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

namespace rnb {
namespace {

std::vector<std::string> sampled(uint64_t seed, size_t texts, size_t bytes, int n) {
  TrainingTexts sample(seed, texts, bytes);
  for (int i = 0; i < n; ++i) sample.add(std::to_string(1000 + i));  // four bytes each
  return sample.take();
}

TEST(TrainingTexts, KeepsAllThatFit) {
  const auto kept = sampled(1, 100, 400, 100);
  ASSERT_EQ(kept.size(), 100U);
  EXPECT_EQ(kept[7], "1007");
}

TEST(TrainingTexts, IsBoundedByNumberAndByBytes) {
  EXPECT_EQ(sampled(1, 30, 400, 100).size(), 30U);
  EXPECT_EQ(sampled(1, 100, 120, 100).size(), 30U);
  TrainingTexts one(1, 10, 3);
  one.add("longer than that");
  EXPECT_EQ(one.take().size(), 1U);
}

// 30 of 100 kept, 2,000 times: 600 times each expected, standard deviation sqrt(2000 0.3 0.7) = 20.5.
TEST(TrainingTexts, EveryTextHasTheSameChanceWhicheverBoundIsMet) {
  for (const auto& [texts, bytes] :
       {std::pair{size_t{30}, size_t{1000}}, {size_t{100}, size_t{120}}, {size_t{60}, size_t{120}}}) {
    std::map<std::string, int> count;
    for (uint64_t seed = 0; seed < 2000; ++seed) {
      const auto kept = sampled(seed, texts, bytes, 100);
      for (const std::string& text : kept) ++count[text];
      ASSERT_EQ(std::set<std::string>(kept.begin(), kept.end()).size(), 30U);
    }
    for (int i = 0; i < 100; ++i) EXPECT_NEAR(count[std::to_string(1000 + i)], 600, 5 * 20.5) << i;
  }
}

}  // namespace
}  // namespace rnb
