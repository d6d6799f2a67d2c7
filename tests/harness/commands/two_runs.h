#pragma once
// Two finished runs to read: a "rnb" with test loss 5.0, b "natural" with 5.5
// (tests/results/hand_made_run.h).

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/commands/cli.h"
#include "tests/results/hand_made_run.h"

namespace rnb::test {

// What a command printed to standard output; its exit code must be the expected one.
inline std::string output_of(const char* command, const std::vector<std::string>& args, int expected = 0) {
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(call_command(command, args), expected);
  return ::testing::internal::GetCapturedStdout();
}

class TwoRuns : public ::testing::Test {
 protected:
  TwoRuns() {
    make_run(folder_.path(), {.run_id = "a", .label = "rnb", .test_loss = 5.0});
    make_run(folder_.path(), {.run_id = "b", .label = "natural", .test_loss = 5.5});
  }
  std::string at(const std::string& name) const { return (folder_.path() / name).string(); }

  TemporaryFolder folder_;
  const std::string runs_ = folder_.path().string();
};

}  // namespace rnb::test
