#include "base/random.h"

#include <algorithm>

#include <gmock/gmock.h>

namespace rnb {
namespace {

using testing::ElementsAre;

// kat_vectors of Random123, philox4x32-10.
TEST(Philox, GivesTheKnownAnswers) {
  EXPECT_THAT(philox4x32({0, 0, 0, 0}, {0, 0}), ElementsAre(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
  constexpr uint32_t f = 0xffffffff;
  EXPECT_THAT(philox4x32({f, f, f, f}, {f, f}), ElementsAre(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
  EXPECT_THAT(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              ElementsAre(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
}

// FNV-1a of "foobar" is published as 85944171f73967e8; SplitMix64's finaliser was applied to it in Python.
TEST(Hash64, IsFnv1aFinishedBySplitMix) {
  EXPECT_EQ(hash64("foobar"), 0x404da9e3b74078c2ULL);
  EXPECT_EQ(hash64(""), 0xf52a15e9a9b5e89bULL);
  EXPECT_EQ(hash64("foobar", 7), 0x97401349dd02c096ULL);
}

TEST(Rng, IsAFunctionOfSeedPurposeStepAndStreamOnly) {
  EXPECT_EQ(Rng(1, "order", 2, 3).next(), Rng(1, "order", 2, 3).next());
  const uint64_t base = Rng(1, "order", 2, 3).next();
  EXPECT_NE(base, Rng(2, "order", 2, 3).next());
  EXPECT_NE(base, Rng(1, "init", 2, 3).next());
  EXPECT_NE(base, Rng(1, "order", 3, 3).next());
  EXPECT_NE(base, Rng(1, "order", 2, 4).next());
}

// Bounds are 5 standard errors of the mean or the count wide.
TEST(Rng, DrawsHaveTheMomentsOfTheirDistributions) {
  constexpr int n = 20'000;
  Rng rng(3, "moments");
  double uniform = 0, normal = 0, square = 0, gamma = 0, small_gamma = 0;
  for (int i = 0; i < n; ++i) {
    const double u = rng.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    uniform += u / n;
    const double z = rng.normal();
    normal += z / n;
    square += z * z / n;
    gamma += rng.gamma(4) / n;
    small_gamma += rng.gamma(0.5) / n;
  }
  EXPECT_NEAR(uniform, 0.5, 5 * 0.289 / 141);
  EXPECT_NEAR(normal, 0, 5 * 1.0 / 141);
  EXPECT_NEAR(square, 1, 5 * 1.414 / 141);
  EXPECT_NEAR(gamma, 4, 5 * 2.0 / 141);            // variance = shape
  EXPECT_NEAR(small_gamma, 0.5, 5 * 0.707 / 141);  // the boosted branch, shape < 1
}

TEST(Rng, CategoricalFollowsTheWeightsAndNeverDrawsAZero) {
  constexpr int n = 20'000;
  const std::vector<double> weights{0, 3, 1, 0};
  std::vector<int> counts(4);
  Rng rng(4, "categorical");
  for (int i = 0; i < n; ++i) ++counts[rng.categorical(weights)];
  EXPECT_EQ(counts[0] + counts[3], 0);
  EXPECT_NEAR(counts[1], 0.75 * n, 5 * 61.3);  // sqrt(n * 0.75 * 0.25)
}

TEST(Rng, BelowReachesEveryValueAndNoMore) {
  std::vector<int> counts(7);
  Rng rng(5, "below");
  for (int i = 0; i < 7'000; ++i) {
    const uint64_t x = rng.below(7);
    ASSERT_LT(x, 7U);
    ++counts[x];
  }
  for (const int c : counts) EXPECT_NEAR(c, 1000, 5 * 29.3);  // sqrt(7000 * 1/7 * 6/7)
}

TEST(Permutation, HoldsEveryIndexOnceInAnOrderOfItsSeed) {
  const auto order = permutation(1000, Rng(6, "order"));
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (int64_t i = 0; i < 1000; ++i) ASSERT_EQ(sorted[static_cast<size_t>(i)], i);
  EXPECT_NE(order, sorted);
  EXPECT_EQ(order, permutation(1000, Rng(6, "order")));
  EXPECT_NE(order, permutation(1000, Rng(7, "order")));
}

}  // namespace
}  // namespace rnb
