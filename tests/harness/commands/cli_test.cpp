#include "harness/commands/cli.h"

#include <functional>
#include <iostream>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/stop_signal.h"

namespace rnb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Command command(const char* name, std::function<int(const CommandInput&)> run) {
  return {.name = name,
          .section = Section::Results,
          .usage = "WORDS...",
          .summary = "for tests",
          .options = [] { return boost::program_options::options_description(); },
          .run = std::move(run)};
}

int run(std::vector<std::string> words) {
  const std::vector<Command> commands{
      command("ok", [](const CommandInput& input) { return static_cast<int>(input.words.size()); }),
      command("broken", [](const CommandInput&) -> int { fail("part", "no such thing"); }),
      command("busy", [](const CommandInput&) -> int { throw BusyError("part", "in use"); }),
      command("unclear", [](const CommandInput&) -> int { fail_usage("part", "what?"); }),
      command("stopped", [](const CommandInput&) -> int { throw Stopped(15); }),
      command("prints", [](const CommandInput&) {
        std::cout << "by C++\n";
        fmt::print("by C\n");
        return 0;
      })};
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
  EXPECT_EQ(run({"stopped"}), 128 + 15);
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
  EXPECT_THAT(::testing::internal::GetCapturedStdout(),
              AllOf(HasSubstr("usage: rnb COMMAND"), HasSubstr("results:\n  ok         for tests\n"),
                    HasSubstr("5 busy")));
}

TEST(Cli, OutputThatCannotBeWrittenIsAFailure) {
  ::testing::internal::CaptureStderr();
  std::fflush(stdout);
  const int before = ::dup(STDOUT_FILENO), full = ::open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  ::dup2(full, STDOUT_FILENO);
  const int printed = run({"prints"}), helped = run({"--help"});
  ::dup2(before, STDOUT_FILENO);
  ::close(before);
  ::close(full);
  std::clearerr(stdout);
  std::cout.clear();
  EXPECT_EQ(printed, 1);
  EXPECT_EQ(helped, 1);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("error: [prints] standard output cannot be written: No space left on device"));
}

}  // namespace
}  // namespace rnb
