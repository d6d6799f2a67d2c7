#include "results/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rnb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

RunSummary run(const std::string& id, const std::string& method, const std::string& grouping,
               const std::string& seed, const std::string& settings = "") {
  RunSummary r;
  r.run_id = id;
  r.status = "complete";
  r.experiment = {{"seed", seed}};
  r.row = row_keys({"wordnet", "d0", grouping, method}, settings);
  return r;
}

std::vector<std::string> names(const std::vector<RunSummary>& runs) {
  std::vector<std::string> out;
  for (const Series& s : series_of(runs)) out.push_back(s.name);
  return out;
}

TEST(Series, IsARowOverItsSeeds) {
  const auto found = series_of({run("b", "rnb", "original", "10"), run("a", "rnb", "original", "9"),
                                run("a", "rnb", "original", "9"), run("c", "natural", "original", "9")});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name, "natural, original");
  EXPECT_EQ(found[1].name, "rnb, original");
  EXPECT_THAT(found[1].runs, ElementsAre("a", "b"));
}

TEST(Series, UnlikeRunsAreOtherSeries) {
  EXPECT_THAT(names({run("a", "rnb", "original", "1", "lr=0.001\nsteps=500\n"),
                     run("b", "rnb", "original", "2", "lr=0.003\nsteps=500\n")}),
              ElementsAre("rnb, original, lr=0.001", "rnb, original, lr=0.003"));
  EXPECT_THAT(names({run("a", "rnb", "original", "1", "budget=flops=1e9\n"),
                     run("b", "rnb", "original", "2", "budget=flops=2e9\n")}),
              ElementsAre("rnb, original, budget=flops=1e9", "rnb, original, budget=flops=2e9"));
}

TEST(Series, AGroupingIsAsShortAsTellsItApart) {
  EXPECT_THAT(names({run("a", "rnb", "regroup-minilm-k10-s1-n3", "1"), run("b", "rnb", "original", "1")}),
              ElementsAre("rnb, original", "rnb, regroup"));
  EXPECT_THAT(
      names({run("a", "rnb", "regroup-minilm-k10-s1-n3", "1"),
             run("b", "rnb", "regroup-minilm-k20-s1-n3", "1"), run("c", "rnb", "random-k10-s1", "1")}),
      ElementsAre("rnb, random", "rnb, regroup-k10", "rnb, regroup-k20"));
  EXPECT_THAT(names({run("a", "rnb", "regroup-minilm-k10-s1-n3", "1"),
                     run("b", "rnb", "regroup-static-k20-s1-n3", "1")}),
              ElementsAre("rnb, regroup-minilm-k10", "rnb, regroup-static-k20"));
  EXPECT_THAT(names({run("a", "rnb", "regroup-minilm-k10-s1-n3", "1"),
                     run("b", "rnb", "regroup-my-file-k10-s1-n3", "1")}),
              ElementsAre("rnb, regroup-minilm-k10-s1-n3", "rnb, regroup-my-file-k10-s1-n3"));
}

TEST(Series, RunsThatDidNotFinishAreInNone) {
  auto cut = run("a", "rnb", "original", "1");
  cut.status = "partial";
  EXPECT_THAT(series_of({cut}), IsEmpty());
}

TEST(Series, TheDrawingProgramIsToldTheKindsOfPhases) {
  const auto json = series_json({run("a", "rnb", "original", "1")});
  EXPECT_EQ(json["series"][0]["runs"], nlohmann::json{"a"});
  EXPECT_EQ(json["phases"]["probe_kept"], "own_step");
  EXPECT_EQ(json["phases"]["probe_discarded"], "overhead");
}

}  // namespace
}  // namespace rnb
