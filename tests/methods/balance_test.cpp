// Properties of Balance that follow from its formula (arXiv 2505.00358, Algorithm 1).

#include "methods/balance.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"
#include "methods/registry.h"

namespace rnb {
namespace {

class NoServices : public Services {};
NoServices services;

GradientGram gram_3(double scale) {
  return {3,
          {4 * scale, 1 * scale, -2 * scale, 1 * scale, 9 * scale, 0, -2 * scale, 0, 16 * scale},
          {2, 3, 4},
          {1, 1, 1},
          {1, 1, 1}};
}

Decision round_of(const GradientGram& gram, std::map<std::string, std::string> options,
                  const Weights& evaluation = {0.5, 0.3, 0.2}) {
  options["round_steps"] = "1";
  const auto mixer = make_mixer("rnb", options);
  const std::vector<int64_t> many(3, 100);
  const Weights p = *mixer->init({{"a", "b", "c"}, many, many, many, evaluation, 10}, services).sampling;
  return mixer->on_round({1, 1, p, &gram}, services);
}

TEST(Balance, DoesNotDependOnTheScaleOfTheGradients) {
  const Weights a = *round_of(gram_3(1), {}).sampling, b = *round_of(gram_3(1e-6), {}).sampling;
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(a[i], b[i], 1e-12);
}

TEST(Balance, LambdaZeroIsUniform) {
  const Weights p = *round_of(gram_3(1), {{"lambda", "0"}}).sampling;
  for (const double w : p) EXPECT_DOUBLE_EQ(w, 1.0 / 3);
}

TEST(Balance, NoWeightExceedsAnotherByMoreThanExpOfLambdaRootTwo) {
  const Weights p = *round_of(gram_3(1), {{"lambda", "3"}}).sampling;
  for (const double a : p)
    for (const double b : p) EXPECT_LE(a / b, std::exp(3 * std::sqrt(2.0)) + 1e-9);
}

TEST(Balance, ZeroNormKeepsTheWeightsAndWarns) {
  const Decision d = round_of(gram_3(0), {});
  EXPECT_FALSE(d.sampling.has_value());
  ASSERT_EQ(d.warnings.size(), 1U);
  EXPECT_EQ(d.warnings[0].code, "zero_norm");
}

// Steps (1,0) with 2 tokens and (3,0) with 2 tokens: g = (4,0), the biased diagonal is 16/16 = 1; without a
// step's product with itself (16 - 1 - 9) / (16 - 8) = 0.75.
TEST(Balance, UnbiasedDiagonalLeavesOutAStepsProductWithItself) {
  const GradientGram gram{1, {16}, {4}, {10}, {8}};
  EXPECT_DOUBLE_EQ(mean_gram(gram, GramDiagonal::Biased).g[0], 1.0);
  EXPECT_DOUBLE_EQ(mean_gram(gram, GramDiagonal::Unbiased).g[0], 0.75);
}

TEST(Balance, UnbiasedDiagonalOfADomainSeenInOneStepIsUndefinedAndSaysSo) {
  const GradientGram gram{1, {16}, {4}, {16}, {16}};
  const MeanGram mean = mean_gram(gram, GramDiagonal::Unbiased);
  EXPECT_TRUE(mean.diagonal_undefined[0]);
  EXPECT_EQ(mean.g[0], 0.0);
}

TEST(Balance, EmptyDomainPolicies) {
  GradientGram gram = gram_3(1);
  gram.count[2] = gram.squared_counts[2] = gram.squared_norms[2] = 0;
  for (size_t i = 0; i < 3; ++i) gram.dot[6 + i] = gram.dot[i * 3 + 2] = 0;
  const Decision neutral = round_of(gram, {{"empty", "neutral"}}), keep = round_of(gram, {{"empty", "keep"}});
  EXPECT_EQ(neutral.warnings.at(0).code, "empty_domain");
  EXPECT_EQ(neutral.record.at("score")[2], 0.0);
  EXPECT_NEAR((*keep.sampling)[2], 1.0 / 3, 1e-15);  // its weight before the round
}

TEST(Balance, IsRefusedWhereNoEvaluationDomainCanBeTrainedOn) {
  const auto mixer = make_mixer("rnb", {});
  EXPECT_THROW(mixer->init({{"a", "b"}, {10, 0}, {10, 0}, {0, 5}, {0.0, 1.0}, 10}, services), Error);
}

TEST(Balance, RejectsUnknownOptionsWithASuggestion) {
  try {
    make_mixer("rnb", {{"lamda", "3"}});
    FAIL();
  } catch (const UsageError& e) {
    EXPECT_NE(std::string(e.what()).find("lambda"), std::string::npos);
  }
  EXPECT_THROW(make_mixer("rnb", {{"lambda", "-1"}}), UsageError);
  EXPECT_THROW(make_mixer("rnb", {{"gram", "unbiast"}}), UsageError);
}

}  // namespace
}  // namespace rnb
