#include "harness/sweep/sweep_plan.h"

#include <filesystem>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace rnb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

SweepPlan plan(const std::string& text) {
  return plan_sweep(parse_ini(text, "x.ini"), {}, "out");
}

std::string error_of(const std::string& text) {
  try {
    plan(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

// The studies that ship with the program. An experiment's own check knows methods, options and keys.
TEST(Experiments, EveryFileIsAPlan) {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(RNB_SOURCE_DIR "/experiments")) {
    if (entry.path().extension() != ".ini") continue;
    ++files;
    const SweepPlan made = plan_sweep(read_ini(entry.path()), {{"store", "store"}}, "out");
    EXPECT_GT(made.experiments.size(), 1U) << entry.path();
    EXPECT_EQ(made.repeated, 0) << entry.path();
    for (const Experiment& e : made.experiments)
      EXPECT_NO_THROW(check_experiment(e)) << entry.path() << ": " << e.method;
  }
  EXPECT_GE(files, 8);
}

TEST(AxisValues, ListsAndRanges) {
  EXPECT_THAT(axis_values("seed", "1..3"), ElementsAre("1", "2", "3"));
  EXPECT_THAT(axis_values("seed", "1..9:4, 20"), ElementsAre("1", "5", "9", "20"));
  EXPECT_THAT(axis_values("method", "stratified , rnb lambda=3"), ElementsAre("stratified", "rnb lambda=3"));
  EXPECT_THAT(axis_values("lr", "1e-3, 3e-3"), ElementsAre("1e-3", "3e-3"));
}

TEST(AxisValues, AGroupingIsOneValue) {
  EXPECT_THAT(axis_values("grouping", "original, regroup:k=10..40:10"),
              ElementsAre("original", "regroup:k=10..40:10"));
  EXPECT_THAT(axis_values("grouping", "regroup:k=10,seed=2, random:k=10"),
              ElementsAre("regroup:k=10,seed=2", "random:k=10"));
}

TEST(AxisValues, CommasWithinAMethodsOptionStay) {
  EXPECT_THAT(axis_values("method", "fixed weights=1,0.5,2e-1, natural, rnb lambda=3"),
              ElementsAre("fixed weights=1,0.5,2e-1", "natural", "rnb lambda=3"));
  EXPECT_THAT(axis_values("track", "last, pattern:(a|b)"), ElementsAre("last", "pattern:(a|b)"));
}

TEST(AxisValues, SimplexIsEveryMixtureOnce) {
  EXPECT_THAT(axis_values("method", "natural, fixed weights=simplex(3,2), rnb"),
              ElementsAre("natural", "fixed weights=0,0,2", "fixed weights=0,1,1", "fixed weights=0,2,0",
                          "fixed weights=1,0,1", "fixed weights=1,1,0", "fixed weights=2,0,0", "rnb"));
  const auto grid = axis_values("method", "fixed weights=simplex(4,8)");
  EXPECT_EQ(std::set(grid.begin(), grid.end()).size(), 165U);  // 11 choose 3
  EXPECT_EQ(plan("store = s\nseed = 1..3\nmethod = fixed weights=simplex(4,8)\n").experiments.size(), 495U);
}

TEST(AxisValues, SimplexRefusesWhatIsNone) {
  for (const char* wrong :
       {"simplex(4)", "simplex(4,8", "simplex(1,8)", "simplex(4,0)", "simplex(4,-1)", "simplex(4,8,2)",
        "simplex(a,8)", "simplex()", "simplex(20,20)", "simplex(2,1000000)", "simplex(99999,1)"})
    EXPECT_THAT(error_of(std::string("store = s\nmethod = fixed weights=") + wrong + "\n"),
                HasSubstr("for example fixed weights=simplex(4,8)"))
        << wrong;
}

TEST(SweepPlan, QuickstartShapeIsFifteenRuns) {
  const SweepPlan p = plan(R"(steps = 300
seed = 1..3
[data]
dataset = wordnet
limit = 6000
[grid baseline]
method = natural
[grid main]
method = stratified, rnb
grouping = original, regroup:k=10..40:10
)");
  ASSERT_EQ(p.experiments.size(), 15U);
  std::set<std::string> runs;
  int natural = 0;
  for (const Experiment& e : p.experiments) {
    runs.insert(e.method + "|" + e.grouping + "|" + std::to_string(e.seed));
    natural += e.method == "natural";
    EXPECT_EQ(e.steps, 300);
    EXPECT_EQ(e.store, "out/stores/wordnet");
  }
  EXPECT_EQ(runs.size(), 15U);
  EXPECT_EQ(natural, 3);
  EXPECT_TRUE(runs.count("rnb|regroup:k=10..40:10|2"));
  // Neighbours share their preparation.
  int changes = 0;
  for (size_t i = 1; i < 15; ++i) changes += p.experiments[i].grouping != p.experiments[i - 1].grouping;
  EXPECT_EQ(changes, 1);
  ASSERT_EQ(p.stores.size(), 1U);
  EXPECT_THAT(p.stores[0].arguments, ElementsAre("--dataset", "wordnet", "--limit", "6000"));
}

TEST(SweepPlan, AStoreThatNoRunOpensIsNotPrepared) {
  const IniFile file = parse_ini("[data]\ndataset = wordnet\n[common]\nmethod = natural\n", "x.ini");
  EXPECT_EQ(plan_sweep(file, {}, "out").stores.size(), 1U);
  const SweepPlan mine = plan_sweep(file, {{"store", "stores/mine"}}, "out");
  EXPECT_TRUE(mine.stores.empty());
  ASSERT_EQ(mine.experiments.size(), 1U);
  EXPECT_EQ(mine.experiments.front().store, "stores/mine");
}

TEST(SweepPlan, RepeatedKeysMakeAnAxisAndGridsOverrideIt) {
  const SweepPlan p =
      plan("store = s\nlr = 1e-3\nlr = 1e-2\n[note]\nbatch = 8\n[grid a]\nseed = 5\n[grid b]\nlr = 1\n");
  ASSERT_EQ(p.experiments.size(), 3U);
  EXPECT_EQ(p.experiments[0].lr, 1e-3);
  EXPECT_EQ(p.experiments[1].lr, 1e-2);
  EXPECT_EQ(p.experiments[1].seed, 5U);
  EXPECT_EQ(p.experiments[2].lr, 1);
  EXPECT_EQ(p.experiments[2].batch, 8);
  EXPECT_EQ(p.experiments[1].origin.at("lr"), "file x.ini:3");
}

TEST(SweepPlan, SameRunTwiceIsLeftOut) {
  const SweepPlan p = plan("store = s\nseed = 1, 1\nlr = 0.001, 1e-3\n");
  EXPECT_EQ(p.experiments.size(), 1U);
  EXPECT_EQ(p.repeated, 3);
}

TEST(SweepPlan, CommandLineWins) {
  const auto p = plan_sweep(parse_ini("store = s\nsteps = 10\n[grid a]\nseed = 1..3\n", "x.ini"),
                            {{"seed", "7, 8"}, {"steps", "20"}}, "out");
  ASSERT_EQ(p.experiments.size(), 2U);
  EXPECT_EQ(p.experiments[1].seed, 8U);
  EXPECT_EQ(p.experiments[1].steps, 20);
  EXPECT_EQ(p.experiments[1].origin.at("seed"), "command line");
}

TEST(SweepPlan, ErrorsNameTheLine) {
  EXPECT_THAT(error_of("store = s\nstpes = 3\n"),
              AllOf(HasSubstr("x.ini:2"), HasSubstr("did you mean 'steps'?")));
  EXPECT_THAT(error_of("store = s\n\nsteps = 3, x\n"), HasSubstr("x.ini:3"));
  EXPECT_THAT(error_of("[data]\ndataset = d\nlimt = 3\n"), AllOf(HasSubstr("x.ini:3"), HasSubstr("'limit'")));
  EXPECT_THAT(error_of("store = s\nseed = 3..1\n"), HasSubstr("seed = '3..1'"));
  EXPECT_THAT(error_of("store = s\nseed = 1,,2\n"), HasSubstr("empty value"));
  EXPECT_THAT(error_of("store = s\nseed = 1..99999999\n"), HasSubstr("more than"));
  EXPECT_THAT(error_of("store = s\nseed = 1..1000\nsteps = 1..1000\n"), HasSubstr("more than"));
  EXPECT_THAT(error_of("seed = 1\n"), HasSubstr("store is missing"));
  EXPECT_THAT(error_of("store = s\nmethod-option = a=1\n"), HasSubstr("method = NAME option=value"));
}

}  // namespace
}  // namespace rnb
