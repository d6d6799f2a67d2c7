// What the golden vectors of the methods that follow losses leave open.

#include <cmath>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "methods/math/simplex.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using Doubles = std::vector<double>;
using Counts = std::vector<int64_t>;
using testing::HasSubstr;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(Odm, TheWarmUpIsOnTheInitialWeights) {
  const auto mixer = make_mixer("odm", {{"initial", "natural"}, {"warmup", "0.5"}});
  Services services;
  const Domains d = domains_of({10, 30}, {1, 1}, 20);
  EXPECT_EQ(mixer->init(d, services).sampling, (Weights{0.25, 0.75}));
  const Doubles loss{3, 2};
  const Counts ones{1, 1};
  for (int64_t step = 1; step < 10; ++step)
    EXPECT_FALSE(mixer->on_step({step, 0.1, loss, ones, ones}, services).sampling) << step;
  EXPECT_TRUE(mixer->on_step({10, 0.1, loss, ones, ones}, services).sampling);
}

TEST(LossSoftmax, TheMovingAverageStartsAtTheFirstLosses) {
  const auto mixer = make_mixer("loss_softmax", {{"ema", "0.75"}});
  Services services;
  mixer->init(domains_of({10, 10}, {5, 5}, 20), services);
  const Counts tokens{5, 5};
  EXPECT_EQ(mixer->on_eval({1, Doubles{2, 4}, tokens}, services).record.at("loss").get<Doubles>(),
            (Doubles{2, 4}));
  const Decision d = mixer->on_eval({2, Doubles{4, 4}, tokens}, services);
  EXPECT_EQ(d.record.at("loss").get<Doubles>(), (Doubles{2.5, 4}));  // 0.75 * 2 + 0.25 * 4
  EXPECT_EQ(*d.sampling, softmax(Doubles{2.5, 4}));
}

TEST(LossSoftmax, ADomainThatIsNotEvaluatedCountsAsTheMeanOfTheOthers) {
  const auto mixer = make_mixer("loss_softmax", {});
  Services services;
  mixer->init(domains_of({10, 10, 10}, {5, 0, 5}, 20), services);
  const Decision d = mixer->on_eval({1, Doubles{2, NAN, 4}, Counts{5, 0, 5}}, services);
  EXPECT_EQ(*d.sampling, softmax(Doubles{2, 3, 4}));
}

TEST(ShearedLlama, TheReferenceIsAStratifiedRunOfTheSameLength) {
  class Proxy : public Services {
   public:
    nlohmann::json request(const nlohmann::json& call) override {
      EXPECT_EQ(call.at("service"), "train_proxy");
      EXPECT_EQ(call.at("method"), "stratified");
      EXPECT_EQ(call.at("steps"), 0);
      EXPECT_EQ(call.at("reference"), true);
      return {{"run", "r"},
              {"losses", to_json(DomainLosses{losses, tokens})},
              {"finished", nullptr},
              {"parameters", 1.0},
              {"flops", 1.0}};
    }
    Doubles losses{1, 2};
    Counts tokens{5, 5};
  } services;
  const Domains d = domains_of({10, 10}, {5, 5}, 20);
  const auto mixer = make_mixer("sheared_llama", {});
  mixer->init(d, services);
  // Differences 0.5 and 0: p_0 / p_1 = exp(0.5).
  const Decision e = mixer->on_eval({1, Doubles{1.5, 2}, Counts{5, 5}}, services);
  EXPECT_NEAR(std::log((*e.sampling)[0] / (*e.sampling)[1]), 0.5, 1e-12);
  services.losses[1] = NAN;
  EXPECT_THAT(message_of([&] { make_mixer("sheared_llama", {})->init(d, services); }),
              HasSubstr("the reference run has no finite reference loss for domain 'd1'"));

  // Validation examples that have no token to predict: the domain counts as the mean of the others.
  services.tokens[1] = 0;
  const auto without = make_mixer("sheared_llama", {});
  without->init(d, services);
  const Decision f = without->on_eval({1, Doubles{1.5, NAN}, Counts{5, 0}}, services);
  EXPECT_NEAR((*f.sampling)[0], 0.5, 1e-12);
}

TEST(ShearedLlama, AReferenceFileMustNameEveryEvaluatedDomain) {
  const auto file = std::filesystem::path(testing::TempDir()) / "rnb_reference.json";
  const auto refusal = [&](const std::string& content) {
    std::ofstream(file) << content;
    Services services;
    return message_of([&] {
      make_mixer("sheared_llama", {{"reference", file.string()}})
          ->init(domains_of({10, 10, 10}, {5, 5, 0}, 20), services);
    });
  };
  EXPECT_EQ(refusal(R"({"d0": 1.5, "d1": 2})"), "no error");
  EXPECT_EQ(refusal("[1.5, 2, 3]"), "no error");
  EXPECT_THAT(refusal(R"({"d0": 1.5})"), HasSubstr("no finite reference loss for domain 'd1'"));
  EXPECT_THAT(refusal(R"({"d0": 1.5, "d7": 2})"), HasSubstr("there is no domain 'd7'"));
  EXPECT_THAT(refusal(R"({"d0": 1.5, "d1": "2"})"), HasSubstr("the value of 'd1' is not a number"));
  EXPECT_THAT(refusal("[1.5, 2]"), HasSubstr("2 numbers, the data has 3 domains"));
  EXPECT_THAT(refusal("7"), HasSubstr("expected {\"domain\": number, ...} or a list"));
}

TEST(DumpUcb, TheAdvantageIsTheDistanceToTheWindowsMean) {
  const auto mixer = make_mixer("dump_ucb", {{"signal", "advantage"}, {"window", "2"}});
  Services services;
  mixer->init(domains_of({10}, {5}, 20), services);
  const Counts one{1};
  Decision d;
  // Against the mean of the last two losses: |3 - 2|, |5 - 2.5|, |4 - 4|; the window keeps the last two.
  for (const double loss : {2.0, 3.0, 5.0, 4.0})
    d = mixer->on_step({1, 0.1, Doubles{loss}, one, one}, services);
  EXPECT_EQ(d.record.at("mean").get<Doubles>(), (Doubles{1.25}));
}

// Losses 2 + 6 n^-alpha of examples seen, drawn in equal shares.
TEST(Ado, DrawsMoreOfADomainWhoseLossFallsFaster) {
  for (const char* variant : {"code", "paper"}) {
    const auto mixer = make_mixer("ado", {{"prior", "stratified"}, {"starts", "16"}, {"variant", variant}});
    Services services;
    mixer->init(domains_of({100, 100}, {5, 5}, 300), services);
    Decision d;
    for (int64_t step = 1; step <= 300; ++step) {
      const auto n = static_cast<double>(step * 16);
      const Doubles loss{2 + 6 * std::pow(n, -0.5), 2 + 6 * std::pow(n, -0.1)};
      d = mixer->on_step({step, 0.1, loss, Counts{80, 80}, Counts{8, 8}}, services);
    }
    // At n = 4800: n |dL/dn| = 0.5 * 0.0866 and 0.1 * 2.57, six times as fast.
    const auto rho = d.record.at("rho").get<Doubles>(), h = d.record.at("h").get<Doubles>();
    const double speeds = rho[1] / std::sqrt(h[1]) / (rho[0] / std::sqrt(h[0]));
    EXPECT_NEAR(speeds, 0.1 * 6 * std::pow(4800, -0.1) / (0.5 * 6 * std::pow(4800, -0.5)), 0.6) << variant;
    EXPECT_GT((*d.sampling)[1], 0.7) << variant;
  }
}

TEST(Ado, StaysAtThePriorUntilAFitHasTwentyPoints) {
  const auto mixer = make_mixer("ado", {{"every", "5"}, {"ignore", "0"}, {"starts", "1"}});
  Services services;
  const Domains domains = domains_of({100, 300}, {5, 5}, 100);
  mixer->init(domains, services);
  for (int64_t step = 1; step <= 20; ++step) {
    const auto t = static_cast<double>(step);
    const Decision d = mixer->on_step(
        {step, 0.1, Doubles{3 - 0.01 * t, 3 - 0.05 * t}, Counts{9, 9}, Counts{4, 12}}, services);
    EXPECT_EQ(d.record.contains("laws"), step == 20) << step;
    EXPECT_EQ(std::abs((*d.sampling)[0] - 0.25) < 1e-12, step < 20) << step;
  }
}

}  // namespace
}  // namespace rnb
