#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/harness/commands/two_runs.h"

namespace rnb {
namespace {

using test::output_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class InfoCommand : public test::TwoRuns {};

TEST_F(InfoCommand, SaysARunInWords) {
  EXPECT_THAT(output_of("info", {at("a")}),
              AllOf(HasSubstr("rnb (a) on wordnet"), HasSubstr("complete"), HasSubstr("test loss 5.0000"),
                    HasSubstr("15.00 % of training seconds, 5.000 % of its FLOPs"), HasSubstr("20 steps")));
}

TEST_F(InfoCommand, AsJson) {
  const auto all = nlohmann::json::parse(output_of("info", {"--json", runs_}));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["run_id"], "a");
  EXPECT_EQ(all[0]["test_loss"], 5.0);
  EXPECT_EQ(all[0]["seconds"]["signal"], 1.0);
  EXPECT_TRUE(all[0]["weighted_loss"].is_null());
}

TEST_F(InfoCommand, ProfileShowsAsManyOperatorsAsAreAskedFor) {
  EXPECT_THAT(output_of("profile", {"--operators", "1", at("a")}), HasSubstr("aten::mm"));
  EXPECT_THAT(output_of("profile", {"--operators", "0", at("a")}), Not(HasSubstr("aten::mm")));
  EXPECT_THROW(call_command("profile", {"--operators", "-1", at("a")}), UsageError);
}

}  // namespace
}  // namespace rnb
