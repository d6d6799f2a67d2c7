#include "methods/core/balance.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "tests/methods/played_run.h"

namespace rnb {
namespace {

// Worked by hand: g = (3,0,1), (1,2,0), (-2,0,4); |S| = 3, 2, 4.
TEST(Balance, DividesInnerProductsByBothCounts) {
  const GradientGram sums = gram_of({{{3, 0, 1}, {1, 2, 0}, {-2, 0, 4}}}, {{3, 2, 4}});
  const MeanGram gram = mean_gram(sums, GramDiagonal::Biased);
  const std::vector<double> expected{10.0 / 9, 0.5, -2.0 / 12, 0.5, 1.25, -2.0 / 8, -2.0 / 12, -0.25, 1.25};
  for (size_t k = 0; k < 9; ++k) EXPECT_DOUBLE_EQ(gram.g[k], expected[k]) << k;
}

TEST(Balance, ADomainWithoutSamplesHasAZeroRowAndColumn) {
  const MeanGram gram = mean_gram(gram_of({{{1, 2}, {0, 0}}}, {{2, 0}}), GramDiagonal::Biased);
  EXPECT_EQ(gram.g, (std::vector<double>{1.25, 0, 0, 0}));
  EXPECT_EQ(gram.empty, (std::vector<bool>{false, true}));
}

// Steps with gradient sums 2 and 4 and counts 1 and 2: pairs of different steps give 2*2*4 / (3^2 - 1 - 4).
TEST(Balance, TheUnbiasedDiagonalUsesPairsOfDifferentStepsOnly) {
  const GradientGram sums = gram_of({{{2}}, {{4}}}, {{1}, {2}});
  EXPECT_DOUBLE_EQ(mean_gram(sums, GramDiagonal::Unbiased).g[0], 16.0 / 4);
  EXPECT_DOUBLE_EQ(mean_gram(sums, GramDiagonal::Biased).g[0], 36.0 / 9);
}

TEST(Balance, TheUnbiasedDiagonalOfADomainSeenInOneStepIsUndefined) {
  const GradientGram sums = gram_of({{{2}, {1}}, {{0}, {1}}}, {{3, 1}, {0, 1}});
  const MeanGram gram = mean_gram(sums, GramDiagonal::Unbiased);
  EXPECT_EQ(gram.diagonal_undefined, (std::vector<bool>{true, false}));
  EXPECT_EQ(gram.g[0], 0.0);
  EXPECT_DOUBLE_EQ(gram.g[1], 2.0 * 2.0 / (3.0 * 2.0));  // off the diagonal nothing changes
}

// Gradients of pure noise around a mean mu: the biased diagonal averages |mu|^2 + noise, the other |mu|^2.
TEST(Balance, TheUnbiasedDiagonalAveragesToTheSquaredMeanGradient) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal(0.5, 1.0);
  double biased = 0, unbiased = 0;
  constexpr int kRepeats = 20000, kSteps = 4;
  for (int r = 0; r < kRepeats; ++r) {
    std::vector<std::vector<std::vector<double>>> gradients;
    for (int k = 0; k < kSteps; ++k) gradients.push_back({{normal(random)}});
    const GradientGram sums = gram_of(gradients, std::vector<std::vector<double>>(kSteps, {1.0}));
    biased += mean_gram(sums, GramDiagonal::Biased).g[0] / kRepeats;
    unbiased += mean_gram(sums, GramDiagonal::Unbiased).g[0] / kRepeats;
  }
  // The mean of 4 draws has variance 1/4. Standard errors: about 0.004; the bounds allow 5.
  EXPECT_NEAR(unbiased, 0.25, 0.02);
  EXPECT_NEAR(biased, 0.50, 0.025);
}

TEST(Balance, TheNormNeitherOverflowsNorVanishes) {
  EXPECT_DOUBLE_EQ(euclidean_norm({3e200, -4e200}), 5e200);
  EXPECT_DOUBLE_EQ(euclidean_norm({3e-200, 4e-200}), 5e-200);
  EXPECT_EQ(euclidean_norm({0, 0}), 0);
}

// Lemma 2 of the paper: on a loss that is L-smooth, one step with all weight on argmax_i (Gp)_i lowers the
// loss of mixture p at least as much as one with any fixed mixture q, if the step is short enough.
TEST(Balance, OneHotOnTheBestDomainBeatsAnyMixtureForAShortStep) {
  std::mt19937 random(11);
  std::normal_distribution<double> normal;
  std::exponential_distribution<double> share;
  constexpr size_t kDomains = 4, kWidth = 5;
  int tried = 0;
  for (int r = 0; r < 2000; ++r) {
    // Domain i's loss is |theta - c_i|^2 L_i / 2, at theta = 0: gradient -L_i c_i; p's loss is L-smooth.
    std::vector<std::vector<double>> g(kDomains, std::vector<double>(kWidth));
    std::vector<double> p(kDomains), q(kDomains), curvature(kDomains);
    double sum_p = 0, sum_q = 0, L = 0;
    for (size_t i = 0; i < kDomains; ++i) {
      for (double& x : g[i]) x = normal(random);
      sum_p += p[i] = share(random);
      sum_q += q[i] = share(random);
      curvature[i] = share(random);
    }
    std::vector<double> target(kWidth), mixed(kWidth);
    for (size_t i = 0; i < kDomains; ++i) {
      p[i] /= sum_p;
      q[i] /= sum_q;
      L += p[i] * curvature[i];
      for (size_t c = 0; c < kWidth; ++c) {
        target[c] += p[i] * g[i][c];
        mixed[c] += q[i] * g[i][c];
      }
    }
    const auto dot = [](const std::vector<double>& a, const std::vector<double>& b) {
      double s = 0;
      for (size_t c = 0; c < a.size(); ++c) s += a[c] * b[c];
      return s;
    };
    const GradientGram sums = gram_of({g}, {std::vector<double>(kDomains, 1.0)});
    const auto score = gram_times(mean_gram(sums, GramDiagonal::Biased).g, p);
    size_t best = 0;
    double largest = 0;
    for (size_t i = 0; i < kDomains; ++i) {
      if (score[i] > score[best]) best = i;
      largest = std::max(largest, dot(g[i], g[i]));
    }
    const double gain = score[best] - dot(mixed, target);
    if (gain <= 0) continue;
    const double eta = gain / (largest + dot(mixed, mixed)) / L;
    const auto change = [&](const std::vector<double>& step) {
      return -eta * dot(step, target) + L * eta * eta * dot(step, step) / 2;
    };
    EXPECT_LE(change(g[best]), change(mixed) + 1e-12);
    ++tried;
  }
  EXPECT_GT(tried, 1500);
}

}  // namespace
}  // namespace rnb
