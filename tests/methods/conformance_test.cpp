// What every registered method must do. No method is named here: a new one is held to this as it is.

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"
#include "methods/core/replay.h"
#include "methods/math/simplex.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

class EveryMethod : public testing::TestWithParam<std::string> {
 protected:
  const MethodSpec& spec() const { return method_spec(GetParam()); }
  Played run(const Scenario& s) const { return play(GetParam(), options_for(spec(), s.domains), s); }
  // Does it look at losses or gradients at all, once it runs?
  bool listens() const { return listens_on_the_way() || run(ordinary_scenario(4)).requests > 0; }
  // The same, but for what it learns before the first step.
  bool listens_on_the_way() const {
    const Played played = run(ordinary_scenario(4));
    return played.listening;
  }
};

double distance(const Weights& a, const Weights& b) {
  double most = 0;
  for (size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

TEST_P(EveryMethod, StaysOnTheSimplexFromTheFirstStep) {
  for (const size_t m : {2, 5, 40}) {
    const Played played = run(ordinary_scenario(m));
    ASSERT_EQ(played.weights.size(), 61U);
    for (const Weights& w : played.weights) check_weights(w, m, GetParam());
  }
}

TEST_P(EveryMethod, FollowsItsDomainsWhenTheyAreReordered) {
  const Scenario s = ordinary_scenario(5);
  const std::vector<size_t> order{3, 0, 4, 2, 1};
  const Played plain = run(s), moved = run(permuted(s, order));
  double most = 0;
  for (size_t t = 0; t < plain.weights.size(); ++t)
    for (size_t k = 0; k < order.size(); ++k)
      most = std::max(most, std::abs(moved.weights[t][k] - plain.weights[t][order[k]]));
  const std::string& why_not = spec().traits.not_permutation_equivariant;
  EXPECT_EQ(most < 1e-12, why_not.empty()) << "difference " << most << ", trait '" << why_not << "'";
}

TEST_P(EveryMethod, LeavesUniformAloneOnZeroSignal) {
  Scenario s = ordinary_scenario(4);
  s.signal = [](int64_t) { return Signal::Zero; };
  double most = 0;
  for (const Weights& w : run(s).weights) most = std::max(most, distance(w, uniform_weights(4)));
  const std::string& why_not = spec().traits.not_uniform_on_zero_signal;
  EXPECT_EQ(most < 1e-12, why_not.empty()) << "difference " << most << ", trait '" << why_not << "'";
}

TEST_P(EveryMethod, ContinuesFromASavedStateBitForBit) {
  Scenario s = ordinary_scenario(5);
  const Played whole = run(s);
  s.cut_after = [](int64_t step) { return step == 7 || step == 12 || step == 30; };
  const Played cut = run(s);
  EXPECT_EQ(whole.weights, cut.weights);
}

TEST_P(EveryMethod, IsReplayedFromItsSignalsBitForBit) {
  Scenario s = ordinary_scenario(4);
  s.domains.valid_examples[1] = 0;  // a loss that is not there
  const Played played = run(s);
  const auto text = nlohmann::json(played.signals).dump();
  const auto again = replay(GetParam(), options_for(spec(), s.domains), nlohmann::json::parse(text));
  ASSERT_EQ(again.size(), played.decisions.size());
  for (size_t k = 0; k < again.size(); ++k) {
    EXPECT_EQ(again[k].sampling, played.decisions[k].sampling) << "call " << k;
    EXPECT_EQ(again[k].loss_weights, played.decisions[k].loss_weights) << "call " << k;
    EXPECT_EQ(again[k].record, played.decisions[k].record) << "call " << k;
  }
}

TEST_P(EveryMethod, GivesAllToASingleDomain) {
  for (const Weights& w : run(ordinary_scenario(1)).weights) EXPECT_EQ(w, Weights{1.0});
}

TEST_P(EveryMethod, BearsADomainThatIsNeverDrawn) {
  Scenario s = ordinary_scenario(5);
  s.drawn_until[2] = 0;
  for (const Weights& w : run(s).weights) check_weights(w, 5, GetParam());
}

TEST_P(EveryMethod, BearsADomainWithoutEvaluationExamples) {
  Scenario s = ordinary_scenario(3);
  s.domains.valid_examples = {5, 0, 15};
  s.domains.evaluation = {0.25, 0.0, 0.75};
  for (const Weights& w : run(s).weights) check_weights(w, 3, GetParam());
}

TEST_P(EveryMethod, NeverDrawsFromADomainWithoutTrainingExamples) {
  Scenario s = ordinary_scenario(4);
  s.domains.train_examples[1] = s.domains.train_tokens[1] = 0;
  for (const Weights& w : run(s).weights) EXPECT_EQ(w[1], 0.0);
}

// Sup-NatInst test before Regroup: trained on some domains, evaluated on others. A method needs both in one
// domain and says so, or bears it.
TEST_P(EveryMethod, BearsAnEvaluationOfUnseenDomainsOrSaysThatItIsUndefined) {
  Scenario s = ordinary_scenario(4);
  s.domains.valid_examples = {0, 0, 10, 30};
  s.domains.evaluation = {0, 0, 0.25, 0.75};
  s.domains.train_examples[2] = s.domains.train_tokens[2] = 0;
  s.domains.train_examples[3] = s.domains.train_tokens[3] = 0;
  const auto options = options_for(spec(), s.domains);
  if (make_mixer(GetParam(), options)->needs().shared_domains) {
    const nlohmann::json init = {{"call", "init"}, {"step", 0}, {"data", signal_to_json(s.domains)}};
    try {
      replay(GetParam(), options, {init});
      FAIL() << "ran";
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("rnb regroup"), std::string::npos) << e.what();
    }
    s.domains.train_examples[3] = s.domains.train_tokens[3] = 50;  // one of the two is enough
  }
  for (const Weights& w : run(s).weights) {
    check_weights(w, 4, GetParam());
    EXPECT_EQ(w[2], 0.0);
  }
}

TEST_P(EveryMethod, KeepsItsLastGoodWeightsOnBadSignals) {
  for (const Signal bad : {Signal::NotANumber, Signal::Infinite}) {
    Scenario s = ordinary_scenario(4);
    s.signal = [bad](int64_t step) { return step > 30 && step <= 48 ? bad : Signal::Normal; };
    const Played played = run(s);
    for (size_t t = 30; t <= 48; ++t) EXPECT_EQ(played.weights[t], played.weights[30]) << "step " << t;
    for (const Weights& w : played.weights) check_weights(w, 4, GetParam());
    EXPECT_EQ(std::count(played.warnings.begin(), played.warnings.end(), "bad_signal") > 0,
              listens_on_the_way());
  }
}

TEST_P(EveryMethod, ListensToTheSignalItAsksFor) {
  const Played played = run(ordinary_scenario(4));
  const bool moved = distance(played.weights.front(), played.weights.back()) > 1e-6 ||
                     distance(played.weights.front(), uniform_weights(4)) > 1e-6 || played.finished;
  EXPECT_EQ(moved, listens() || !spec().traits.not_uniform_on_zero_signal.empty());
}

std::vector<std::string> all_methods() {
  std::vector<std::string> names;
  for (const MethodSpec& s : method_specs()) names.push_back(s.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(, EveryMethod, testing::ValuesIn(all_methods()),
                         [](const auto& method) { return method.param; });

}  // namespace
}  // namespace rnb
