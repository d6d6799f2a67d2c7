// What methods that learn from proxy runs do with the proxies' answers, on losses that follow a known law.

#include <cmath>
#include <limits>
#include <sstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "methods/core/json_numbers.h"
#include "methods/core/registry.h"
#include "methods/math/mixture_draws.h"
#include "methods/math/mixture_optimum.h"
#include "methods/math/simplex.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using nlohmann::json;

// Losses 1 + exp(-<help_i, p>): one domain is learnt from itself mostly, and nothing trains domain 1.
class KnownLaw : public Services {
 public:
  explicit KnownLaw(double spoil = 0) : spoil_(spoil) {}
  std::vector<Weights> asked;
  std::vector<int64_t> steps;

  json request(const json& call) override {
    const auto service = call.at("service").get<std::string>();
    const Weights p = service == "train_proxy"
                          ? mixture_of(call)
                          : json::parse(call.at("run").get<std::string>()).get<Weights>();
    if (service == "train_proxy") {
      asked.push_back(p);
      steps.push_back(call.at("steps").get<int64_t>());
      return {{"run", json(p).dump()},
              {"losses", {{"loss", exact(losses(p))}, {"tokens", std::vector<int64_t>(p.size(), 50)}}},
              {"finished", nullptr},
              {"parameters", 1000},
              {"flops", 1e6}};
    }
    if (service == "domain_embeddings") {
      std::vector<double> mean;
      for (size_t i = 0; i < p.size(); ++i)
        for (size_t c = 0; c < 2; ++c) mean.push_back(help(i, c) + spoil_);
      return {{"width", 2}, {"mean", exact(mean)}};
    }
    const auto loss = losses(p);
    std::vector<double> log_prob;
    for (const double v : loss) log_prob.push_back(-10 * v);
    return {{"log_prob", exact(log_prob)},
            {"tokens", std::vector<int64_t>(p.size(), 10)},
            {"weight", uniform_weights(p.size())}};
  }

  static double help(size_t i, size_t j) {
    constexpr double kHelp[4][4] = {
        {3, 0, 0.5, 0.2}, {0.2, 0, 2, 0.1}, {0.3, 0, 2.5, 0.4}, {0.1, 0, 0.2, 0.5}};
    return kHelp[i][j];
  }
  static double total(const Weights& p) {  // equal evaluation proportions
    double sum = 0;
    for (size_t i = 0; i < p.size(); ++i) {
      double gain = 0;
      for (size_t j = 0; j < p.size(); ++j) gain += help(i, j) * p[j];
      sum += (1 + std::exp(-gain)) / static_cast<double>(p.size());
    }
    return sum;
  }

 private:
  static Weights mixture_of(const json& call) {
    EXPECT_EQ(call.at("method"), "fixed");
    std::istringstream text(call.at("options").at("weights").get<std::string>());
    Weights p;
    for (std::string word; std::getline(text, word, ',');) p.push_back(std::stod(word));
    return p;
  }
  std::vector<double> losses(const Weights& p) const {
    std::vector<double> out;
    for (size_t i = 0; i < p.size(); ++i) {
      double gain = 0;
      for (size_t j = 0; j < p.size(); ++j) gain += help(i, j) * p[j];
      out.push_back(1 + std::exp(-gain) + spoil_);
    }
    return out;
  }
  double spoil_;
};

Domains four_domains() {
  Domains d = ordinary_scenario(4).domains;
  d.train_examples[1] = d.train_tokens[1] = 0;
  d.evaluation = uniform_weights(4);
  return d;
}

// The lowest loss over mixtures of the three domains that can be drawn, by trying them.
double lowest_loss() {
  double lowest = std::numeric_limits<double>::infinity();
  for (int a = 0; a <= 200; ++a)
    for (int b = 0; a + b <= 200; ++b)
      lowest = std::min(lowest, KnownLaw::total({a / 200.0, 0, b / 200.0, (200 - a - b) / 200.0}));
  return lowest;
}

class ProxyMethods : public testing::TestWithParam<std::string> {};

TEST_P(ProxyMethods, AskForNothingFromADomainWithoutTrainingExamples) {
  KnownLaw services;
  const Domains d = four_domains();
  const Weights p = make_mixer(GetParam(), {})->init(d, services).sampling.value();
  EXPECT_EQ(p[1], 0.0);
  ASSERT_FALSE(services.asked.empty());
  for (const Weights& asked : services.asked) {
    ASSERT_EQ(asked.size(), 4U);
    EXPECT_EQ(asked[1], 0.0);
    EXPECT_NEAR(asked[0] + asked[2] + asked[3], 1.0, 1e-12);
  }
  for (const int64_t steps : services.steps) EXPECT_EQ(steps, 6) << "a tenth of the run's 60";
}

TEST_P(ProxyMethods, DrawUniformlyWhenAnAnswerIsNotFinite) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    KnownLaw services(bad);
    const Decision d = make_mixer(GetParam(), {})->init(four_domains(), services);
    ASSERT_EQ(d.warnings.size(), 1U);
    EXPECT_EQ(d.warnings[0].code, "bad_signal");
    EXPECT_EQ(d.sampling.value(), (Weights{1.0 / 3, 0, 1.0 / 3, 1.0 / 3}));
  }
}

TEST_P(ProxyMethods, TrainNoProxyWhereThereIsNothingToChoose) {
  KnownLaw services;
  Domains d = four_domains();
  d.train_examples = {0, 0, 7, 0};
  EXPECT_EQ(make_mixer(GetParam(), {})->init(d, services).sampling.value(), (Weights{0, 0, 1, 0}));
  EXPECT_TRUE(services.asked.empty());
}

TEST_P(ProxyMethods, NameTheOptionThatIsOutOfRange) {
  try {
    make_mixer(GetParam(), {{"proxy_steps", "1.5"}});
    FAIL() << "no error";
  } catch (const UsageError& e) {
    EXPECT_NE(std::string(e.what()).find("proxy_steps=1.5; expected a number > 0 and <= 1"),
              std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(, ProxyMethods, testing::Values("chameleon", "mixlaws", "mixmin", "olmix", "regmix"),
                         [](const auto& method) { return method.param; });

TEST(MixLaws, FindsTheBestMixtureOfLossesThatFollowTheLaw) {
  KnownLaw services;
  const Weights p = make_mixer("mixlaws", {})->init(four_domains(), services).sampling.value();
  EXPECT_LT(KnownLaw::total(p), lowest_loss() + 1e-4);
  EXPECT_LT(KnownLaw::total(p), KnownLaw::total({1.0 / 3, 0, 1.0 / 3, 1.0 / 3}) - 0.01);
}

TEST(MixLaws, NeedsMoreMixturesThanDomains) {
  KnownLaw services;
  EXPECT_THROW(make_mixer("mixlaws", {{"n", "4"}})->init(four_domains(), services), UsageError);
  EXPECT_TRUE(services.asked.empty());
}

TEST(Olmix, IsPulledTowardsTheNaturalMixtureAndStaysBelowItsCaps) {
  const Domains d = four_domains();  // 960 draws; 100, 0, 380 and 730 examples
  KnownLaw services;
  const auto weights = [&](const char* kl, const char* repetitions) {
    return make_mixer("olmix", {{"kl", kl}, {"repetitions", repetitions}})
        ->init(d, services)
        .sampling.value();
  };
  EXPECT_LT(KnownLaw::total(weights("0", "0")), lowest_loss() + 1e-4);
  const Weights near = weights("1000", "0");
  EXPECT_NEAR(near[0], 100.0 / 1210, 1e-3);
  EXPECT_NEAR(near[3], 730.0 / 1210, 1e-3);
  const Weights capped = weights("0", "2");
  EXPECT_NEAR(capped[0], 2 * 100.0 / 960, 1e-9);
}

TEST(RegMix, MoreMixturesThanCandidatesCannotBeAveraged) {
  EXPECT_NO_THROW(make_mixer("regmix", {{"candidates", "7"}, {"top_k", "7"}}));
  EXPECT_THROW(make_mixer("regmix", {{"candidates", "7"}, {"top_k", "8"}}), UsageError);
}

TEST(RegMix, BeatsTheUniformMixtureWithEitherRegressor) {
  for (const char* regressor : {"ridge", "stumps"}) {
    KnownLaw services;
    const Weights p = make_mixer("regmix", {{"regressor", regressor}, {"n", "40"}})
                          ->init(four_domains(), services)
                          .sampling.value();
    EXPECT_LT(KnownLaw::total(p), KnownLaw::total({1.0 / 3, 0, 1.0 / 3, 1.0 / 3})) << regressor;
  }
}

TEST(MixtureDraws, KeepToTheCapsAndAreAllDifferent) {
  const std::vector<double> prior{0.7, 0.28, 0.02};
  const auto mixtures = draw_mixtures(prior, {5, "test", {1, 2, 3}}, 50, {.max_epochs = 4});
  ASSERT_EQ(mixtures.size(), 50U);
  for (size_t a = 0; a < mixtures.size(); ++a) {
    EXPECT_LE(mixtures[a][2], 0.08 + 2e-4);
    for (size_t b = 0; b < a; ++b) EXPECT_NE(mixtures[a], mixtures[b]);
  }
}

TEST(MixtureDraws, SayWhichOptionLeavesTooFew) {
  const std::vector<double> prior{0.999, 0.001};
  EXPECT_THROW(draw_mixtures(prior, {5, "test", {1, 2}}, 500, {.max_epochs = 1}), Error);
}

// f = |x - target|^2, whose minimum on the simplex is known.
TEST(MixtureOptimum, GridAndDescentAgreeWithTheProjection) {
  const std::vector<double> target{0.5, 0.375, 0.125};
  const MixtureFunction f = [&](std::span<const double> x, std::span<double> gradient) {
    double sum = 0;
    for (size_t i = 0; i < x.size(); ++i) sum += (x[i] - target[i]) * (x[i] - target[i]);
    for (size_t i = 0; i < gradient.size(); ++i) gradient[i] = 2 * (x[i] - target[i]);
    return sum;
  };
  EXPECT_EQ(best_on_grid(f, 3, 8), target);
  const auto free = minimise_mixture({f, 0, {}, {}}, uniform_weights(3));
  const auto capped = minimise_mixture({f, 0, {}, {0.4, 1, 1}}, uniform_weights(3));
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(free[i], target[i], 1e-9);
  EXPECT_NEAR(capped[0], 0.4, 1e-12);  // the excess of 0.1 goes to the others in equal parts
  EXPECT_NEAR(capped[1], 0.425, 1e-9);
  EXPECT_NEAR(capped[2], 0.175, 1e-9);
}

TEST(MixtureOptimum, TheGridIsCoarserForManyDomains) {
  int calls = 0;
  const MixtureFunction f = [&](std::span<const double>, std::span<double>) { return ++calls, 1.0; };
  const auto first = best_on_grid(f, 40, 32);
  EXPECT_LE(calls, 200000);
  EXPECT_EQ(first.back(), 1.0);
}

}  // namespace
}  // namespace rnb
