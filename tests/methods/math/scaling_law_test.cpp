#include "methods/math/scaling_law.h"

#include <cmath>

#include <gtest/gtest.h>

#include "methods/math/lbfgs.h"
#include "methods/math/savitzky_golay.h"

namespace rnb {
namespace {

TEST(Lbfgs, FindsTheMinimumOfACurvedValley) {
  const Objective rosenbrock = [](std::span<const double> x, std::span<double> g) {
    const double u = x[1] - x[0] * x[0], v = 1 - x[0];
    g[0] = -400 * x[0] * u - 2 * v;
    g[1] = 200 * u;
    return 100 * u * u + v * v;
  };
  const Minimum found = minimise_lbfgs(rosenbrock, {-1.2, 1}, 1e-15, 1000);
  EXPECT_NEAR(found.x[0], 1, 1e-5);
  EXPECT_NEAR(found.x[1], 1, 1e-5);
}

TEST(Lbfgs, AFunctionThatIsNotFiniteComesBackAsItStarted) {
  const Minimum found = minimise_lbfgs([](auto, auto) { return std::nan(""); }, {1, 2}, 1e-9, 10);
  EXPECT_TRUE(std::isnan(found.value));
  EXPECT_EQ(found.x, (std::vector<double>{1, 2}));
}

TEST(SavitzkyGolay, LeavesACubicAsItIsToTheEdges) {
  std::vector<double> cubic;
  for (int t = 0; t < 40; ++t) cubic.push_back(1 + 0.5 * t - 0.03 * t * t + 0.001 * t * t * t);
  const auto smooth = savitzky_golay(cubic, 11, 3);
  for (size_t t = 0; t < cubic.size(); ++t) EXPECT_NEAR(smooth[t], cubic[t], 1e-10) << t;
}

TEST(SavitzkyGolay, HasTheTabulatedWeightsForFivePointsAndACubic) {
  // (-3, 12, 17, 12, -3) / 35: Savitzky & Golay 1964, table I.
  std::vector<double> impulse(9, 0.0);
  impulse[4] = 35;
  const auto smooth = savitzky_golay(impulse, 5, 3);
  const std::vector<double> expected{-3, 12, 17, 12, -3};
  for (size_t t = 2; t < 7; ++t) EXPECT_NEAR(smooth[t], expected[t - 2], 1e-12) << t;
}

TEST(SavitzkyGolay, TooFewValuesStayAsTheyAre) {
  const std::vector<double> few{1, 5, 2, 8};
  EXPECT_EQ(savitzky_golay(few, 5, 3), few);
}

TEST(ScalingLaw, TheFitPredictsAsTheLawThatMadeTheData) {
  const ScalingLaw law{2.0, 0.7, 0.3};
  std::vector<double> n, loss;
  for (int j = 1; j <= 60; ++j) {
    n.push_back(500.0 * j);
    loss.push_back(law.loss(n.back()));
  }
  for (const int starts : {8, 512}) {
    const auto found = fit_scaling_law(n, loss, {.lowest_e = -6, .starts = starts});
    ASSERT_TRUE(found);
    for (const double x : {500.0, 15'000.0, 30'000.0, 60'000.0})
      EXPECT_NEAR(found->loss(x), law.loss(x), 2e-3 * law.loss(x)) << starts;
  }
}

TEST(ScalingLaw, LossesThatHaveNoLogarithmHaveNoFit) {
  EXPECT_FALSE(fit_scaling_law(std::vector<double>{1, 2, 3}, std::vector<double>{1, 0, 2}, {}));
  EXPECT_FALSE(fit_scaling_law(std::vector<double>{1, 2}, std::vector<double>{1, std::nan("")}, {}));
}

}  // namespace
}  // namespace rnb
