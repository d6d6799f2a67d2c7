#include "results/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "results/write_run_h5.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class ProfileTest : public ::testing::Test {
 protected:
  std::vector<Profile> profiles() const { return profiles_of(find_runs({folder_.path().string()})); }
  test::TemporaryFolder folder_;
};

TEST_F(ProfileTest, IsTheMeanOverSeedsAndNothingElse) {
  test::make_run(folder_.path(), {.run_id = "a", .seed = "1", .train_seconds = 10});
  test::make_run(folder_.path(), {.run_id = "b", .seed = "2", .train_seconds = 20});
  test::make_run(folder_.path(), {.run_id = "c", .label = "natural", .seed = "1"});
  test::make_run(folder_.path(), {.run_id = "d", .seed = "3", .steps = "40"});
  const auto found = profiles();
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0].label, "rnb");
  EXPECT_EQ(found[0].runs, 2);
  EXPECT_DOUBLE_EQ(found[0].phases.at("train").seconds, 15);
  EXPECT_DOUBLE_EQ(found[0].phases.at("train").flops, 6e9);
  EXPECT_DOUBLE_EQ(found[0].phases.at("train").calls, 20);
  EXPECT_DOUBLE_EQ(found[0].wall_seconds, 14);
  EXPECT_DOUBLE_EQ(found[0].gradient_bytes, 4096);
  EXPECT_DOUBLE_EQ((found[0].operator_flops.at({"train", "aten::bmm"})), 2e9);
  EXPECT_EQ(found[1].label, "natural");
  EXPECT_EQ(found[2].runs, 1);
}

TEST_F(ProfileTest, SaysWhereTheWallTimeWent) {
  // 14 s of wall: train 10, evaluation 2, signal 1, update 0.5; 100 s of regroup were saved and are not among
  // them.
  test::make_run(folder_.path(), {.run_id = "a", .regroup_seconds = 100});
  const auto found = profiles();
  ASSERT_THAT(found, SizeIs(1));
  const std::string text = render(found[0], 2);
  EXPECT_THAT(text, HasSubstr("the cost of 1 run\n"));
  EXPECT_THAT(text, ContainsRegex("train +20 +10.00 +71.43 +6e\\+09 +82.19 +0.6\n"));
  EXPECT_THAT(text, ContainsRegex("regroup +0 +100.00 +0.00 +0 +0.00 +-  1 min 40 s of it saved"));
  EXPECT_THAT(text, ContainsRegex("\\(no phase\\) +0.50 +3.57\n"));
  EXPECT_THAT(text, ContainsRegex("train +aten::mm +4e\\+09 +54.79\n *train +aten::bmm"));
  EXPECT_THAT(text, Not(ContainsRegex("signal +aten::mm"))) << "the third operator";
  EXPECT_THAT(render(found[0], 0), Not(HasSubstr("aten::mm")));
}

TEST_F(ProfileTest, ASharedMachineIsSaid) {
  test::make_run(folder_.path(), {.run_id = "a", .shared_machine = true});
  EXPECT_THAT(render(profiles().at(0), 1), HasSubstr("shared machine"));
}

TEST_F(ProfileTest, ARunWithoutALedgerIsNamed) {
  auto events = test::events_of({.run_id = "a"});
  std::erase_if(events, [](const nlohmann::json& e) { return e.at("event") == "ledger"; });
  write_run_h5(test::write_events(folder_.path(), "a", events));
  try {
    profiles();
    FAIL() << "no ledger, and no word of it";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr("a/run.h5"), HasSubstr("has no ledger")));
  }
}

TEST_F(ProfileTest, JsonHasEveryOperator) {
  test::make_run(folder_.path(), {.run_id = "a"});
  const auto json = to_json(profiles().at(0));
  EXPECT_THAT(json.at("operators"), SizeIs(3));
  EXPECT_EQ(json.at("phases").at("signal").at("seconds"), 1.0);
}

}  // namespace
}  // namespace rnb
