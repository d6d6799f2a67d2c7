#include "methods/core/replay.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/error.h"
#include "methods/core/json_numbers.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using nlohmann::json;

TEST(Replay, MissingNumbersAreNullAndTheOthersExact) {
  const std::vector<double> loss{0.1 + 0.2, std::numeric_limits<double>::quiet_NaN(), 5e-324};
  const std::vector<int64_t> tokens{1, 0, 7};
  const json back = json::parse(signal_to_json(EvalView{3, loss, tokens}).dump());
  EXPECT_EQ(back.at("loss")[0].get<double>(), 0.1 + 0.2);
  EXPECT_TRUE(back.at("loss")[1].is_null());
  EXPECT_EQ(back.at("loss")[2].get<double>(), 5e-324);
  EXPECT_EQ(back.at("tokens"), json(tokens));
}

TEST(JsonNumbers, InfinitiesAreTextsAndNoOtherTextIsANumber) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> values{infinity, -infinity, -0.0};
  EXPECT_EQ(doubles(json::parse(exact(values).dump())), values);
  EXPECT_EQ(doubles(json::parse(R"(["inf", "-inf"])")), (std::vector<double>{infinity, -infinity}));
  for (const char* text : {R"(["abc"])", R"(["Inf"])", R"([""])"})
    EXPECT_THROW(doubles(json::parse(text)), Error) << text;
}

TEST(Replay, AnotherMethodCanBeRunOverTheSameSignals) {
  const Scenario s = ordinary_scenario(4);
  const Played recorded = play("rnb", {}, s);
  const auto sharper = replay("rnb", {{"lambda", "9"}}, recorded.signals);
  const Played direct = play("rnb", {{"lambda", "9"}}, s);
  ASSERT_EQ(sharper.size(), direct.decisions.size());
  for (size_t k = 0; k < sharper.size(); ++k) EXPECT_EQ(sharper[k].sampling, direct.decisions[k].sampling);
}

// A signal of a recorded run, spoilt in one place.
class DamagedSignals : public testing::Test {
 protected:
  DamagedSignals() : signals_(play("rnb", {}, ordinary_scenario(3)).signals) {}
  size_t first(const std::string& call) const {
    size_t k = 0;
    while (signals_[k].at("call") != call) ++k;
    return k;
  }
  void expect_refused() const { EXPECT_THROW(replay("rnb", {}, signals_), Error); }
  std::vector<json> signals_;
};

TEST_F(DamagedSignals, AGramMatrixOfAnotherSizeIsRefused) {
  signals_[first("on_round")]["data"]["gram"]["dot"].erase(0);
  expect_refused();
}

TEST_F(DamagedSignals, CountsOfAnotherSizeAreRefused) {
  signals_[first("on_round")]["data"]["gram"]["count"] = json::array({1.0});
  expect_refused();
}

TEST_F(DamagedSignals, AMissingGramMatrixIsRefused) {
  signals_[first("on_round")]["data"].erase("gram");
  expect_refused();
}

TEST_F(DamagedSignals, DomainsOfUnequalListsAreRefused) {
  signals_[0]["data"]["evaluation"] = json::array({1.0});
  expect_refused();
}

TEST_F(DamagedSignals, WrongTypesAndUnknownCallsAreRefused) {
  const json whole = signals_;
  signals_[1]["data"]["loss"] = "high";
  expect_refused();
  signals_ = whole.get<std::vector<json>>();
  signals_[1]["call"] = "on_monday";
  expect_refused();
}

TEST_F(DamagedSignals, ARunWithoutItsBeginningIsRefused) {
  signals_.erase(signals_.begin());
  expect_refused();
}

}  // namespace
}  // namespace rnb
