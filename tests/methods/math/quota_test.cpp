#include "methods/math/quota.h"

#include <cmath>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "methods/math/simplex.h"

namespace rnb {
namespace {

TEST(Quota, RemaindersGoToTheLargestAndTiesToTheLowerIndex) {
  EXPECT_EQ(largest_remainder(std::vector<double>{0.5, 0.25, 0.25}, 2), (std::vector<int64_t>{1, 1, 0}));
  EXPECT_EQ(largest_remainder(std::vector<double>{0.1, 0.45, 0.45}, 3), (std::vector<int64_t>{0, 2, 1}));
}

TEST(Quota, WholeSharesAreNotLostToRounding) {
  // 0.3 * 10 and 0.7 * 10 are whole, whatever binary fractions make of them.
  EXPECT_EQ(floor_rest_to_last(std::vector<double>{0.1 + 0.2, 0.7}, 10), (std::vector<int64_t>{3, 7}));
  EXPECT_EQ(largest_remainder(std::vector<double>{1 - 0.7, 0.7}, 10), (std::vector<int64_t>{3, 7}));
}

TEST(Quota, AlwaysFillsTheBatch) {
  std::mt19937 random(1);
  std::exponential_distribution<double> share;
  for (int r = 0; r < 1000; ++r) {
    std::vector<double> p(1 + random() % 12);
    for (double& w : p) w = share(random);
    p = normalised(p);
    const auto n = static_cast<int64_t>(1 + random() % 40);
    for (const auto& count : {largest_remainder(p, n), floor_rest_to_last(p, n), aioli_per_batch(p, n)})
      EXPECT_EQ(std::accumulate(count.begin(), count.end(), int64_t{0}), n);
    const auto count = largest_remainder(p, n);
    for (size_t i = 0; i < p.size(); ++i)
      EXPECT_LT(std::abs(static_cast<double>(count[i]) - p[i] * static_cast<double>(n)), 1 + 1e-6);
  }
}

TEST(Quota, CarriedResidualsStarveNobodyWhenDomainsOutnumberPlaces) {
  std::vector<double> p(10, 0.05), residual(10);
  p[0] = 0.55;
  std::vector<int64_t> total(10);
  for (int batch = 1; batch <= 500; ++batch) {
    const auto count = largest_remainder(p, 4, residual);
    EXPECT_EQ(std::accumulate(count.begin(), count.end(), int64_t{0}), 4);
    for (size_t i = 0; i < 10; ++i) {
      total[i] += count[i];
      EXPECT_LT(std::abs(static_cast<double>(total[i]) - 4 * batch * p[i]), 1.5) << "batch " << batch;
    }
  }
}

TEST(Quota, ResidualsFollowWeightsThatChange) {
  std::mt19937 random(2);
  std::exponential_distribution<double> share;
  std::vector<double> residual(7), due(7);
  std::vector<int64_t> total(7);
  for (int batch = 0; batch < 500; ++batch) {
    std::vector<double> p(7);
    for (double& w : p) w = share(random);
    p = normalised(p);
    const auto count = largest_remainder(p, 3, residual);
    for (size_t i = 0; i < 7; ++i) {
      EXPECT_GE(count[i], 0);
      due[i] += 3 * p[i];
      total[i] += count[i];
      EXPECT_NEAR(residual[i], due[i] - static_cast<double>(total[i]), 1e-9);
    }
  }
}

}  // namespace
}  // namespace rnb
