#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "harness/commands/cli.h"
#include "results/write_run_h5.h"
#include "tests/methods/played_run.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// The played signals of a method as the events of a hand-made run: signals and mixtures replaced, the rest
// kept.
std::vector<json> events_of(const Played& played, const Domains& domains) {
  test::HandMadeRun run;
  run.original = run.active = domains.names;
  std::vector<json> events;
  for (const json& e : test::events_of(run))
    if (e.at("event") != "signal" && e.at("event") != "mixture") events.push_back(e);
  std::vector<json> calls;
  size_t decision = 0;
  for (json signal : played.signals) {
    signal["event"] = "signal";
    signal["record"] = nullptr;
    calls.push_back(signal);
    if (signal.at("call") == "service") continue;
    const Decision& d = played.decisions.at(decision++);
    if (d.sampling)
      calls.push_back({{"event", "mixture"},
                       {"step", signal.at("step")},
                       {"first_used", signal.at("step").get<int64_t>() + 1},
                       {"p", *d.sampling},
                       {"reason", signal.at("call")}});
  }
  events.insert(events.begin() + 1, calls.begin(), calls.end());
  return events;
}

class ReplayCommand : public ::testing::Test {
 protected:
  std::string record(const std::string& method) {
    const Scenario s = ordinary_scenario(3);
    const Played played = play(method, {}, s);
    const fs::path run = test::write_events(folder_.path(), method, events_of(played, s.domains));
    write_run_h5(run);
    std::ofstream lines(folder_.path() / (method + ".jsonl"));
    for (const json& signal : played.signals) lines << signal.dump() << '\n';
    return run.string();
  }
  std::string output_of(const std::vector<std::string>& args, int expected = 0) {
    ::testing::internal::CaptureStdout();
    const int result = call_command("replay", args);
    const std::string out = ::testing::internal::GetCapturedStdout();
    EXPECT_EQ(result, expected) << out;
    return out;
  }
  test::TemporaryFolder folder_;
};

TEST_F(ReplayCommand, FindsTheRecordedMixturesBitForBitInEveryFormOfARecord) {
  const std::string run = record("rnb");
  for (const std::string& place : {run, run + "/run.h5", run + "/events.jsonl"})
    EXPECT_THAT(output_of({"rnb", place, "--compare"}),
                HasSubstr("equal: all 11 mixtures are the recorded ones"));
}

TEST_F(ReplayCommand, ReplaysAMethodThatAskedItsRunForServices) {
  const std::string run = record("mixmin");
  const auto out = json::parse(output_of({"mixmin", run, "--compare", "--json"}));
  EXPECT_EQ(out.at("equal"), true);
  EXPECT_FALSE(out.contains("note"));
  EXPECT_EQ(out.at("domains").size(), 3U);
  EXPECT_TRUE(out.at("decisions")[0].contains("sampling"));
  EXPECT_THROW(call_command("replay", {"mixmin", run, "--method-option", "proxy_steps=0.5"}), Error)
      << "other proxies";
}

TEST_F(ReplayCommand, SaysWhereItDiffersAndExitsWithFour) {
  const std::string run = record("rnb");
  const auto text = output_of({"rnb", run, "--method-option", "lambda=9", "--compare"}, 4);
  EXPECT_THAT(text, AllOf(HasSubstr("differs from the record: step 6, on_round: domain 'domain0' has"),
                          HasSubstr("open loop")));
  const auto out =
      json::parse(output_of({"rnb", run, "--method-option", "lambda=9", "--compare", "--json"}, 4));
  EXPECT_EQ(out.at("equal"), false);
  EXPECT_THAT(out.at("note").get<std::string>(), HasSubstr("open loop"));
}

TEST_F(ReplayCommand, ALostMixtureIsADifference) {
  const Scenario s = ordinary_scenario(3);
  auto events = events_of(play("rnb", {}, s), s.domains);
  for (size_t k = events.size(); k-- > 0;)
    if (events[k].at("event") == "mixture") {
      events.erase(events.begin() + static_cast<std::ptrdiff_t>(k));
      break;
    }
  const fs::path run = test::write_events(folder_.path(), "lost", events);
  EXPECT_THAT(output_of({"rnb", run.string(), "--compare"}, 4),
              HasSubstr("a mixture where none was recorded"));
}

TEST_F(ReplayCommand, JsonLinesOfSignalsAreReplayedButNotCompared) {
  record("rnb");
  const std::string lines = (folder_.path() / "rnb.jsonl").string();
  EXPECT_THAT(output_of({"rnb", lines}), AllOf(HasSubstr("on_round"), HasSubstr("domain2"),
                                               HasSubstr("open loop"), Not(HasSubstr("equal"))));
  EXPECT_THROW(call_command("replay", {"rnb", lines, "--compare"}), Error);
}

TEST_F(ReplayCommand, AGridIsReplayedOpenLoopOneRowASetting) {
  const std::string run = record("rnb");
  const auto text = output_of({"rnb", run, "--grid", "lambda=0,1,9"});
  EXPECT_THAT(text,
              AllOf(HasSubstr("open loop"), HasSubstr("rnb lambda=0   0.3333"), HasSubstr("rnb lambda=9")));
  const auto out =
      json::parse(output_of({"rnb", run, "--grid", "lambda=0.5,9", "--grid", "gram=biased,unbiased",
                             "--method-option", "empty=keep", "--json"}));
  ASSERT_EQ(out.at("settings").size(), 4U);
  EXPECT_THAT(out.at("note").get<std::string>(), HasSubstr("open loop"));
  const auto direct =
      play("rnb", {{"lambda", "9"}, {"gram", "unbiased"}, {"empty", "keep"}}, ordinary_scenario(3));
  EXPECT_EQ(out.at("settings")[3].at("decisions").back().at("sampling").get<Weights>(),
            direct.weights.back());
}

TEST_F(ReplayCommand, WrongUseIsAUsageError) {
  const std::string run = record("rnb");
  EXPECT_THROW(call_command("replay", {"rnb"}), UsageError);
  EXPECT_THROW(call_command("replay", {"rbn", run}), UsageError);
  EXPECT_THROW(call_command("replay", {"rnb", run, "--method-option", "lambda"}), UsageError);
  EXPECT_THROW(call_command("replay", {"rnb", run, "--grid", "lamda=1,2"}), UsageError);
  EXPECT_THROW(call_command("replay", {"rnb:x", run}), UsageError);
  EXPECT_THROW(call_command("replay", {"rnb", run, "--grid", "lambda=1", "--compare"}), UsageError);
}

TEST_F(ReplayCommand, RecordsThatCannotBeReadSayWhy) {
  const fs::path empty = folder_.path() / "empty.jsonl", damaged = folder_.path() / "damaged.jsonl";
  std::ofstream(empty) << "";
  std::ofstream(damaged) << "{\"call\": \"init\", \"step\": 0}\n";
  EXPECT_THROW(call_command("replay", {"rnb", empty.string()}), Error);
  EXPECT_THROW(call_command("replay", {"rnb", (folder_.path() / "nothing").string()}), Error);
  try {
    call_command("replay", {"rnb", damaged.string()});
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("damaged.jsonl:1"));
  }
}

}  // namespace
}  // namespace rnb
