#include "results/best_static.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

RunSummary run(const std::string& method, const std::string& options, const std::string& seed, double loss) {
  RunSummary r;
  r.run_id = method + options + seed;
  r.file = r.run_id + "/run.h5";
  r.status = "complete";
  r.label = method + (options.empty() ? "" : " " + options);
  r.dataset = "skills";
  r.grouping = "original";
  r.store_digest = "d0";
  r.experiment = {{"seed", seed}, {"steps", "300"}, {"method", method}, {"method-option", options}};
  r.test_loss = 9;
  r.weighted_loss = loss;
  return r;
}

// A bowl over 3 domains in steps of 1/4, with its least at (0.25, 0.25, 0.5); a seed shifts all losses alike,
// and (0, 0.5, 0.5) is noisy between seeds.
std::vector<RunSummary> bowl() {
  std::vector<RunSummary> runs;
  for (int a = 0; a <= 4; ++a)
    for (int b = 0; a + b <= 4; ++b)
      for (int seed = 1; seed <= 3; ++seed) {
        const double x = a / 4.0 - 0.25, y = b / 4.0 - 0.25, z = (4 - a - b) / 4.0 - 0.5;
        double loss = 2 + x * x + y * y + z * z + 0.1 * seed;
        if (a == 0 && b == 2) loss += seed == 2 ? 2.0 : -0.5;
        runs.push_back(
            run("fixed", fmt::format("weights={},{},{}", a, b, 4 - a - b), std::to_string(seed), loss));
      }
  return runs;
}

TEST(BestStatic, FindsTheLeastAndItsNeighbours) {
  const StaticGrid grid = static_grid(bowl());
  EXPECT_THAT(grid.mixtures, SizeIs(15));  // 6 choose 2
  EXPECT_THAT(grid.mixtures.front().weights, ElementsAre(0.25, 0.25, 0.5));
  EXPECT_NEAR(grid.mixtures.front().spread.mean, 2.2, 1e-12);
  EXPECT_NEAR(grid.mixtures.front().spread.deviation, 0.1, 1e-12);
  EXPECT_EQ(grid.parts, 4);
  EXPECT_THAT(grid.seeds, ElementsAre("1", "2", "3"));
  EXPECT_TRUE(grid.weighted);
  const auto near = grid.neighbours();
  EXPECT_THAT(near, SizeIs(6));  // m (m - 1)
  for (const StaticMixture* m : near) {
    if (m->weights[0] == 0 && m->weights[1] == 0.5) continue;
    EXPECT_NEAR(m->above_best.mean, 2.0 / 16, 1e-12);  // two shares off by 1/4
    EXPECT_NEAR(m->above_best.deviation, 0, 1e-12) << "paired by seed: the seeds' common shift is gone";
  }
  EXPECT_EQ(grid.not_told_apart(), 2);  // itself and the noisy one
}

TEST(BestStatic, HoldsOtherMethodsAgainstTheBest) {
  auto runs = bowl();
  runs.push_back(run("rnb", "", "1", 2.15));
  runs.push_back(run("rnb", "", "3", 2.35));
  runs.push_back(run("rnb", "", "9", 1.0));  // a seed that the grid lacks
  const StaticGrid grid = static_grid(runs);
  ASSERT_THAT(grid.others, SizeIs(1));
  EXPECT_EQ(grid.others[0].spread.n, 2);
  EXPECT_NEAR(grid.others[0].above_best.mean, 0.05, 1e-12);
  EXPECT_THAT(text_of(grid, {"a", "b", "c"}), HasSubstr("+0.0500"));
}

TEST(BestStatic, LeavesOutMixturesThatLackASeed) {
  auto runs = bowl();
  runs.pop_back();
  runs.front().status = "partial";
  const StaticGrid grid = static_grid(runs);
  EXPECT_THAT(grid.mixtures, SizeIs(13));
  EXPECT_EQ(grid.left_out, 2);
}

TEST(BestStatic, RefusesRunsOfSeveralSettingsAndNoGrid) {
  const auto error = [](const std::vector<RunSummary>& runs) {
    try {
      static_grid(runs);
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_THAT(error({run("rnb", "", "1", 2)}), HasSubstr("simplex(4,8)"));
  auto runs = bowl();
  runs.back().experiment["steps"] = "20";
  EXPECT_THAT(error(runs), HasSubstr("steps=20"));
  runs = bowl();
  runs.push_back(runs.front());
  runs.back().run_id = "other";
  EXPECT_THAT(error(runs), HasSubstr("second run"));
}

TEST(BestStatic, WritesWhatAnotherProgramNeeds) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "best.json";
  write_best_static(file, static_grid(bowl()), {"a", "b", "c"}, {"rnb sweep x.ini", "rnb report runs"});
  const auto json = read_json_file(file);
  EXPECT_EQ(json.at("weights"), (nlohmann::json{{"a", 0.25}, {"b", 0.25}, {"c", 0.5}}));
  EXPECT_THAT(json.at("loss").at("mean").get<double>(), DoubleNear(2.2, 1e-6));
  EXPECT_THAT(json.at("loss").at("by_seed").at("3").get<double>(), DoubleNear(2.3, 1e-6));
  EXPECT_EQ(json.at("grid").at("step"), 0.25);
  EXPECT_EQ(json.at("store_digest"), "d0");
  EXPECT_EQ(json.at("experiment").at("steps"), "300");
  EXPECT_EQ(json.at("commands").at(0), "rnb sweep x.ini");
  EXPECT_THAT(json.at("neighbours"), SizeIs(6));
  EXPECT_THAT(json.at("mixtures"), SizeIs(15));
}

}  // namespace
}  // namespace rnb
