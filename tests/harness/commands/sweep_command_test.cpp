#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/base/scratch_folder.h"
#include "tests/harness/commands/two_runs.h"

namespace rnb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class SweepCommand : public ::testing::Test {
 protected:
  std::string plan(const std::vector<std::string>& more) {
    std::vector<std::string> args{file_, "--out", out_, "--dry-run"};
    args.insert(args.end(), more.begin(), more.end());
    ::testing::internal::CaptureStderr();
    const std::string lines = test::output_of("sweep", args);
    said_ = ::testing::internal::GetCapturedStderr();
    return lines;
  }
  ScratchFolder folder_;
  std::string file_ = folder_.write("x.ini", "store = s\nmethod = natural, rnb\nseed = 1..2\n").string(),
              out_ = (folder_.path() / "out").string(), said_;
};

TEST_F(SweepCommand, ADryRunPrintsACommandPerRunAndWritesNothing) {
  const std::string lines = plan({});
  EXPECT_THAT(lines, AllOf(HasSubstr("rnb run --store s --method natural --seed 1 --out " + out_ + "\n"),
                           HasSubstr("--method rnb --seed 2")));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 4);
  EXPECT_THAT(said_, HasSubstr("plan: 4 runs"));
  EXPECT_FALSE(std::filesystem::exists(out_));
}

TEST_F(SweepCommand, OptionsReplaceAKeyInEveryGridAndMayBeLists) {
  const std::string lines = plan({"--seed", "7,8,9", "--steps", "20"});
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 6);
  EXPECT_THAT(lines, AllOf(HasSubstr("--seed 9"), HasSubstr("--steps 20"), Not(HasSubstr("--seed 1 "))));
}

TEST_F(SweepCommand, WrongUseIsAUsageError) {
  EXPECT_THROW(call_command("sweep", {}), UsageError);
  EXPECT_THROW(call_command("sweep", {file_, file_}), UsageError);
  EXPECT_THROW(call_command("sweep", {file_, "--jobs", "0"}), UsageError);
  EXPECT_THROW(call_command("sweep", {file_, "--lr", "fast"}), UsageError);
  EXPECT_THROW(call_command("sweep", {(folder_.path() / "none.ini").string()}), Error);
}

}  // namespace
}  // namespace rnb
