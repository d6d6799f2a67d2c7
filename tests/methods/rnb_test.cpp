// R&B's Balance as a mixer: the facts that follow from its formula, and the cases the paper leaves open.

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "base/error.h"
#include "methods/core/balance.h"
#include "methods/core/registry.h"
#include "methods/math/simplex.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using Options = std::map<std::string, std::string>;

Domains domains_with(const Weights& evaluation) {
  Domains d = ordinary_scenario(evaluation.size()).domains;
  d.evaluation = evaluation;
  return d;
}

// One mixer and its rounds.
class Rounds {
 public:
  Rounds(const Options& options, const Weights& evaluation)
      : mixer_(make_mixer("rnb", options)),
        p_(mixer_->init(domains_with(evaluation), services_).sampling.value()) {}
  Decision next(const GradientGram& gram) {
    ++round_;
    Decision d = mixer_->on_round({round_, round_, p_, &gram}, services_);
    if (d.sampling) p_ = *d.sampling;
    return d;
  }
  const Weights& p() const { return p_; }
  Mixer& mixer() { return *mixer_; }

 private:
  Services services_;
  std::unique_ptr<Mixer> mixer_;
  Weights p_;
  int64_t round_ = 0;
};

std::vector<std::vector<double>> random_gradients(std::mt19937& random, size_t m) {
  std::normal_distribution<double> normal;
  std::vector<std::vector<double>> g(m, std::vector<double>(5));
  for (auto& row : g)
    for (double& x : row) x = normal(random);
  return g;
}

Weights after_one(const Options& options, const Weights& p, const GradientGram& gram) {
  Rounds rounds(options, p);
  rounds.next(gram);
  return rounds.p();
}

std::vector<std::string> codes(const Decision& d) {
  std::vector<std::string> out;
  for (const Warning& w : d.warnings) out.push_back(w.code);
  return out;
}

const GradientGram kWorked = gram_of({{{3, 0, 1}, {1, 2, 0}, {-2, 0, 4}}}, {{3, 2, 4}});
const Weights kEvaluation{0.5, 0.3, 0.2};

TEST(Rnb, GivesTheWorkedExample) {
  Rounds rounds({}, kEvaluation);
  const Decision d = rounds.next(kWorked);
  const std::vector<double> score{0.6722222222, 0.575, 0.0916666667},
      p{0.5372085110, 0.3869999669, 0.0757915220};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(d.record.at("score")[i].get<double>(), score[i], 1e-9);
    EXPECT_NEAR(rounds.p()[i], p[i], 1e-9);
  }
  EXPECT_NEAR(d.record.at("norm").get<double>(), 0.8893314870, 1e-9);
}

TEST(Rnb, WithoutTheNormIsAlgorithmThree) {
  const Weights p = after_one({{"norm", "off"}, {"scale", "0.5"}, {"lambda", "2"}}, kEvaluation, kWorked);
  EXPECT_NEAR(std::log(p[0] / p[1]), 0.5 * 2 * (0.6722222222 - 0.575), 1e-9);
  EXPECT_NEAR(std::log(p[1] / p[2]), 0.5 * 2 * (0.575 - 0.0916666667), 1e-9);
}

TEST(Rnb, DoesNotRememberEarlierRounds) {
  std::mt19937 random(3);
  Rounds rounds({}, kEvaluation);
  for (int r = 0; r < 5; ++r) rounds.next(gram_of({random_gradients(random, 3)}, {{1, 2, 3}}));
  rounds.next(kWorked);
  EXPECT_EQ(rounds.p(), after_one({}, kEvaluation, kWorked));
}

TEST(Rnb, DoesNotChangeWhenAllGradientsAreScaled) {
  std::mt19937 random(5);
  for (int r = 0; r < 100; ++r) {
    auto g = random_gradients(random, 3);
    const Weights plain = after_one({}, kEvaluation, gram_of({g}, {{2, 1, 5}}));
    for (const double by : {1e-60, 0.01, 1e60}) {
      auto scaled = g;
      for (auto& row : scaled)
        for (double& x : row) x *= by;
      const Weights p = after_one({}, kEvaluation, gram_of({scaled}, {{2, 1, 5}}));
      for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(p[i], plain[i], 1e-12) << by;
    }
  }
}

TEST(Rnb, LambdaZeroIsUniform) {
  EXPECT_EQ(after_one({{"lambda", "0"}}, kEvaluation, kWorked), uniform_weights(3));
}

TEST(Rnb, EqualScoresAreUniform) {
  const GradientGram same = gram_of({{{1, 2}, {1, 2}, {1, 2}}}, {{1, 1, 1}});
  const Weights p = after_one({}, {0.25, 0.25, 0.5}, same);
  for (const double w : p) EXPECT_NEAR(w, 1.0 / 3, 1e-15);
}

TEST(Rnb, RatiosAreBoundedByLambda) {
  std::mt19937 random(9);
  for (int r = 0; r < 500; ++r) {
    const GradientGram gram = gram_of({random_gradients(random, 3)}, {{1, 1, 1}});
    const Weights p = after_one({}, kEvaluation, gram);
    const auto [low, high] = std::minmax_element(p.begin(), p.end());
    EXPECT_LE(*high / *low, std::exp(3 * std::sqrt(2.0)) * (1 + 1e-12));
    const auto score = gram_times(mean_gram(gram, GramDiagonal::Biased).g, kEvaluation);
    if (*std::min_element(score.begin(), score.end()) < 0) continue;
    EXPECT_LE(*high / *low, std::exp(3.0) * (1 + 1e-12));
  }
}

TEST(Rnb, AZeroNormKeepsTheWeightsAndWarns) {
  Rounds rounds({}, kEvaluation);
  rounds.next(kWorked);
  const Weights before = rounds.p();
  const Decision d = rounds.next(gram_of({{{0, 0}, {0, 0}, {0, 0}}}, {{1, 1, 1}}));
  EXPECT_EQ(codes(d), std::vector<std::string>{"zero_norm"});
  EXPECT_EQ(rounds.p(), before);
}

// Domain 2 absent: G is [[1, 0.5], [0.5, 1.25]] on the others, so Gp = (0.65, 0.625, 0).
const GradientGram kAbsent = gram_of({{{1, 0}, {0.5, 1}, {0, 0}}}, {{1, 1, 0}});

TEST(Rnb, AnAbsentDomainScoresZeroByDefault) {
  Rounds rounds({}, kEvaluation);
  rounds.next(kWorked);
  const Decision d = rounds.next(kAbsent);
  EXPECT_EQ(codes(d), std::vector<std::string>{"empty_domain"});
  const double norm = std::hypot(0.65, 0.625);
  EXPECT_NEAR(std::log(rounds.p()[0] / rounds.p()[2]), 3 * 0.65 / norm, 1e-12);
}

TEST(Rnb, AnAbsentDomainCanUseItsLastScore) {
  Rounds rounds({{"empty", "last"}}, kEvaluation);
  rounds.next(kWorked);  // scores 0.0916666667 for domain 2
  rounds.next(kAbsent);
  const double last = 0.0916666667, norm = std::hypot(0.65, 0.625, last);
  EXPECT_NEAR(std::log(rounds.p()[0] / rounds.p()[2]), 3 * (0.65 - last) / norm, 1e-8);
}

TEST(Rnb, ASavedStateHoldsTheLastScores) {
  Scenario s = ordinary_scenario(4);
  s.drawn_until[1] = 20;
  const Options options{{"empty", "last"}};
  const Played whole = play("rnb", options, s);
  s.cut_after = [](int64_t step) { return step == 40; };
  EXPECT_EQ(play("rnb", options, s).weights, whole.weights);
  EXPECT_NE(play("rnb", {}, s).weights, whole.weights);
}

TEST(Rnb, AnAbsentDomainCanKeepItsWeight) {
  Rounds rounds({{"empty", "keep"}}, kEvaluation);
  rounds.next(kWorked);
  const double before = rounds.p()[2];
  rounds.next(kAbsent);
  EXPECT_EQ(rounds.p()[2], before);
  EXPECT_NEAR(std::log(rounds.p()[0] / rounds.p()[1]), 3 * 0.025 / std::hypot(0.65, 0.625), 1e-12);
}

TEST(Rnb, KeepingAWeightSurvivesAVerySharpSoftmax) {
  Rounds rounds({{"empty", "keep"}, {"lambda", "100000"}}, kEvaluation);
  const Decision d = rounds.next(gram_of({{{1, 0}, {-1, 0}, {0, 0}}}, {{1, 1, 0}}));
  check_weights(d.sampling.value(), 3, "rnb");
  EXPECT_DOUBLE_EQ(rounds.p()[2], 1.0 / 3);
}

TEST(Rnb, TheUnbiasedDiagonalWarnsOfDomainsSeenInOneStep) {
  Rounds rounds({{"gram", "unbiased"}}, kEvaluation);
  EXPECT_EQ(codes(rounds.next(kWorked)), std::vector<std::string>{"undefined_diagonal"});
}

TEST(Rnb, LogitsThatOverflowKeepTheWeights) {
  Rounds rounds({{"norm", "off"}, {"scale", "1e300"}, {"lambda", "1e300"}}, kEvaluation);
  EXPECT_EQ(codes(rounds.next(kWorked)), std::vector<std::string>{"bad_signal"});
  EXPECT_EQ(rounds.p(), uniform_weights(3));
}

TEST(Rnb, RoundsAreATenthOfTheRunUnlessGiven) {
  EXPECT_EQ(Rounds({}, kEvaluation).mixer().needs().round_steps, 6);  // of 60 steps
  EXPECT_EQ(Rounds({{"rounds", "100"}}, kEvaluation).mixer().needs().round_steps, 1);
  EXPECT_EQ(Rounds({{"round_steps", "7"}}, kEvaluation).mixer().needs().round_steps, 7);
}

TEST(Rnb, RefusesEvaluationDomainsThatCannotBeTrainedOn) {
  Domains d = domains_with({1.0, 0.0});
  d.train_examples[0] = 0;
  const Needs needs = make_mixer("rnb", {})->needs();
  EXPECT_THROW(check_shared_domains(needs, d, "rnb"), Error);
  d.evaluation = {0.9, 0.1};  // one that both have is enough
  EXPECT_NO_THROW(check_shared_domains(needs, d, "rnb"));
}

TEST(Rnb, RefusesOptionsThatCannotBeMeant) {
  for (const Options& o : {Options{{"lambda", "-1"}}, Options{{"lambda", "nan"}}, Options{{"lambda", "3x"}},
                           Options{{"rounds", "0"}}, Options{{"round_steps", "-5"}}, Options{{"norm", "no"}}})
    EXPECT_THROW(make_mixer("rnb", o), UsageError) << o.begin()->second;
}

}  // namespace
}  // namespace rnb
