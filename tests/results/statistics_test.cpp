// Expected values: tables of Student's t and scipy.stats 1.17.1 (t.interval, sem).

#include "results/statistics.h"

#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace rnb {
namespace {

TEST(Statistics, MeanAndSampleDeviation) {
  const std::array<double, 4> values{2, 4, 4, 6};  // squares about 4: 4 + 0 + 0 + 4 = 8, / 3
  const Spread s = spread(values);
  EXPECT_EQ(s.n, 4);
  EXPECT_DOUBLE_EQ(s.mean, 4);
  EXPECT_NEAR(s.deviation, std::sqrt(8.0 / 3.0), 1e-15);
}

TEST(Statistics, NoValueHasNoMean) {
  const Spread s = spread({});
  EXPECT_EQ(s.n, 0);
  EXPECT_TRUE(std::isnan(s.mean));
  EXPECT_TRUE(std::isnan(half_width_95(s)));
}

TEST(Statistics, OneValueHasAMeanButNoSpread) {
  const std::array<double, 1> values{3};
  const Spread s = spread(values);
  EXPECT_EQ(s.mean, 3);
  EXPECT_TRUE(std::isnan(s.deviation));
  EXPECT_TRUE(std::isnan(half_width_95(s)));
}

TEST(Statistics, QuantilesAreThoseOfTheTables) {
  for (const auto& [n, t] : {std::pair{2, 12.706204736174694},
                             {3, 4.302652729749462},
                             {5, 2.7764451051977934},
                             {10, 2.262157162798205},
                             {100, 1.9842169515864174}}) {
    const Spread s{.mean = 0, .deviation = std::sqrt(n), .n = n};  // so the standard error is 1
    EXPECT_NEAR(half_width_95(s), t, 1e-9) << n;
  }
}

TEST(Statistics, PairedIntervalIsScipys) {
  const std::array<double, 5> method{5.90, 5.87, 5.93, 5.88, 5.91}, baseline{5.94, 5.95, 5.94, 5.90, 5.96};
  std::vector<double> differences;
  for (size_t i = 0; i < method.size(); ++i) differences.push_back(method[i] - baseline[i]);
  const Spread s = spread(differences);
  EXPECT_NEAR(s.mean, -0.04, 1e-12);
  EXPECT_NEAR(s.deviation, 0.027386127875258046, 1e-12);
  EXPECT_NEAR(s.mean - half_width_95(s), -0.07400436903291267, 1e-10);
  EXPECT_NEAR(s.mean + half_width_95(s), -0.005995630967087759, 1e-10);
}

}  // namespace
}  // namespace rnb
