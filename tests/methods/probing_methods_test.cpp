// What the golden vectors of the methods that probe leave open: how their mixers ask, and what they do
// without answers.

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "methods/math/simplex.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using Doubles = std::vector<double>;
using Counts = std::vector<int64_t>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// A model on which a probe on domain j lowers the loss of domain i by drops[i][j], whatever came before.
class LinearModel : public Services {
 public:
  LinearModel(Doubles losses, std::vector<Doubles> drops, Counts tokens)
      : loss(std::move(losses)), drops_(std::move(drops)), tokens_(std::move(tokens)) {}
  nlohmann::json request(const nlohmann::json& call) override {
    const Doubles before = loss;
    if (call.at("service") == "train_probe") {
      const auto p = call.at("p").get<Doubles>();
      for (size_t i = 0; i < loss.size(); ++i)
        for (size_t j = 0; j < p.size(); ++j) loss[i] -= drops_[i][j] * p[j];
      probes.push_back(call);
    }
    const Doubles answer = loss;
    if (call.value("keep", true) == false) loss = before;
    return to_json(DomainLosses{answer, tokens_});
  }
  Doubles loss;
  std::vector<nlohmann::json> probes;

 private:
  std::vector<Doubles> drops_;
  Counts tokens_;
};

// Probes on single domains (f = 1): A is the matrix of drops of the evaluated domains, shifted by 0.1 and
// divided by its sum: rows (0.4, 0.2, 0) and (0.2, 0.6, 0.1), sum 1.5; so p_j goes with exp(eta s_j), s =
// (0.6, 0.8, 0.1) / 1.5.
TEST(Aioli, ADomainThatIsNotEvaluatedHasNoRowInTheLaw) {
  LinearModel model({3, 3, kNan}, {{.3, .1, -.1}, {.1, .5, 0}, {9, 9, 9}}, {5, 5, 0});
  const auto mixer = make_mixer("aioli", {{"eta", "3"}, {"one_hot_factor", "1"}, {"rounds", "1"}});
  const Decision d = mixer->init(domains_of({10, 10, 10}, {5, 5, 0}, 100), model);
  const Weights p = d.sampling.value();
  EXPECT_NEAR(std::log(p[0] / p[2]), 3 * 0.5 / 1.5, 1e-9);
  EXPECT_NEAR(std::log(p[1] / p[2]), 3 * 0.7 / 1.5, 1e-9);
  ASSERT_EQ(model.probes.size(), 3U);  // also on the domain that is not evaluated
  for (const auto& probe : model.probes) {
    EXPECT_EQ(probe.at("keep"), true);
    EXPECT_EQ(probe.at("steps"), 4);  // 12.8 % of 100 steps, for three probes
  }
}

TEST(Aioli, ProbesWithoutAnyEvaluationLeaveTheWeights) {
  LinearModel model({kNan, kNan}, {{0, 0}, {0, 0}}, {0, 0});
  const Decision d = make_mixer("aioli", {})->init(domains_of({10, 10}, {0, 0}, 100), model);
  EXPECT_EQ(*d.sampling, (Weights{0.5, 0.5}));
}

// The graph is of relative drops, (2 - 1) / 2 and (4 - 3) / 4; a drop below 0 is none.
TEST(SkillIt, TheGraphIsOfProbesThatAreRolledBack) {
  LinearModel model({2, 4}, {{1, -1}, {0, 1}}, {5, 5});
  const auto mixer = make_mixer("skillit", {{"eta", "2"}, {"window", "1"}});
  const Decision first = mixer->init(domains_of({10, 10}, {5, 5}, 100), model);
  EXPECT_EQ(model.loss, (Doubles{2, 4}));
  ASSERT_EQ(model.probes.size(), 2U);
  EXPECT_EQ(model.probes[0].at("steps"), 10);  // a tenth of the run
  EXPECT_NEAR(std::log((*first.sampling)[0] / (*first.sampling)[1]), 2 * (0.5 - 0.25), 1e-12);
  mixer->on_eval({10, Doubles{2, 8}, Counts{5, 5}}, model);
  const Decision second = mixer->on_round({10, 1, *first.sampling, nullptr, 90}, model);
  EXPECT_NEAR(std::log((*second.sampling)[1] / (*second.sampling)[0]), 2 * (0.25 * 8 - 0.5 * 2), 1e-12);
}

TEST(SkillIt, ATargetIsTheOnlyColumnOfTheGraph) {
  LinearModel model({2, 4}, {{1, .5}, {0, 1}}, {5, 5});
  const auto mixer = make_mixer("skillit", {{"eta", "2"}, {"targets", "d0"}});
  const Decision first = mixer->init(domains_of({10, 10}, {5, 5}, 100), model);
  EXPECT_NEAR(std::log((*first.sampling)[0] / (*first.sampling)[1]), 2 * (0.5 - 0.25), 1e-12);
}

TEST(SkillIt, AProbeThatEndsInNanLeavesTheWeightsUniform) {
  LinearModel model({2, 4}, {{kNan, 0}, {0, 1}}, {5, 5});
  const Decision d = make_mixer("skillit", {})->init(domains_of({10, 10}, {5, 5}, 100), model);
  EXPECT_EQ(*d.sampling, (Weights{0.5, 0.5}));
  ASSERT_EQ(d.warnings.size(), 1U);
  EXPECT_EQ(d.warnings[0].code, "bad_signal");
}

}  // namespace
}  // namespace rnb
