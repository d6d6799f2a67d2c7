#include "harness/commands/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace rnb {
namespace {

using ::testing::HasSubstr;

int run(std::vector<std::string> words) {
  const std::vector<Command> commands{
      {"ok", "", [](const std::vector<std::string>& args) { return static_cast<int>(args.size()); }},
      {"broken", "", [](const std::vector<std::string>&) -> int { fail("part", "no such thing"); }},
      {"busy", "", [](const std::vector<std::string>&) -> int { throw BusyError("part", "in use"); }},
      {"unclear", "", [](const std::vector<std::string>&) -> int { fail_usage("part", "what?"); }}};
  words.insert(words.begin(), "rnb");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  return dispatch(commands, static_cast<int>(argv.size()), argv.data());
}

TEST(Cli, ExitCodes) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(run({"ok", "a", "b", "c", "d"}), 4);
  EXPECT_EQ(run({"broken"}), 1);
  EXPECT_EQ(run({"unclear"}), 2);
  EXPECT_EQ(run({"busy"}), 5);
  EXPECT_EQ(run({}), 2);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("error: [part] no such thing"));
}

TEST(Cli, UnknownCommandIsSuggested) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(run({"brokne"}), 2);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("did you mean 'broken'?"));
}

TEST(Cli, HelpGoesToStandardOutput) {
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), HasSubstr("usage: rnb COMMAND"));
}

}  // namespace
}  // namespace rnb
