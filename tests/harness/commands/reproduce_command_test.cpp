#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "harness/commands/cli.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string error_of(const std::vector<std::string>& args) {
  try {
    call_command("reproduce", args);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

TEST(ReproduceCommand, ComparesAndSaysWhatIsNotThePapers) {
  const test::TemporaryFolder folder;
  test::make_run(folder.path(), {.run_id = "a", .label = "stratified", .dataset = "dolly", .test_loss = 6.4});
  test::make_run(folder.path(), {.run_id = "b", .label = "rnb", .dataset = "wordnet", .test_loss = 6.3});
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(call_command("reproduce", {"dolly", "--compare", folder.path().string()}), 0);
  const std::string out = ::testing::internal::GetCapturedStdout();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("1 runs on other data sets"));
  EXPECT_THAT(out,
              AllOf(HasSubstr("2.788"), HasSubstr("6.4000 (1 seed)"), HasSubstr("steps 20 (paper: 2000)")));
}

TEST(ReproduceCommand, WrongUseNamesTheSettings) {
  EXPECT_THAT(error_of({"doly"}), AllOf(HasSubstr("doly"), HasSubstr("dolly"), HasSubstr("sni-test")));
  EXPECT_THAT(error_of({}), HasSubstr("expected one of"));
  const test::TemporaryFolder folder;
  test::make_run(folder.path(), {.run_id = "a", .dataset = "wordnet"});
  EXPECT_THAT(error_of({"dolly", "--compare", folder.path().string()}), HasSubstr("none of the 1 runs"));
}

}  // namespace
}  // namespace rnb
