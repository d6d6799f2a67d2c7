// What holds for every registered command.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "harness/commands/cli.h"
#include "tests/harness/commands/two_runs.h"

namespace rnb {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

TEST(Commands, AreListedThoseThatTrainToo) {
  EXPECT_THAT(registered_names<Command>(),
              IsSupersetOf({"cost", "embed", "eval", "fetch", "info", "list", "merge", "prepare", "profile",
                            "regroup", "replay", "report", "reproduce", "run", "sweep", "validate"}));
}

TEST(Commands, HelpSaysSummaryAndOptionsWithoutDoingAnything) {
  for (const Command& command : registry<Command>()) {
    const std::string help = test::output_of(command.name.c_str(), {"--help"});
    EXPECT_THAT(help, HasSubstr("rnb " + command.name));
    EXPECT_THAT(help, HasSubstr(command.summary));
    const auto options = command.options();
    for (const auto& option : options.options())
      EXPECT_THAT(help, HasSubstr("--" + option->long_name())) << command.name;
  }
}

TEST(Commands, AnUnknownOptionIsAUsageErrorOfEach) {
  for (const Command& command : registry<Command>())
    EXPECT_THROW(call_command(command.name, {"--no-such-option"}), UsageError) << command.name;
}

TEST(Commands, WordsAreRefusedWhereNoneAreMeant) {
  for (const Command& command : registry<Command>())
    if (command.usage.empty()) EXPECT_THROW(call_command(command.name, {"word"}), UsageError) << command.name;
}

TEST(Commands, ThoseThatReadRunsWantOneNamed) {
  for (const char* name : {"report", "info", "profile", "validate", "merge"})
    EXPECT_THROW(call_command(name, {}), UsageError) << name;
}

TEST(Commands, TheFirstWordsAreKnownForCompletion) {
  EXPECT_THAT(find_registered<Command>("list")->words(), Contains("methods"));
  EXPECT_THAT(find_registered<Command>("replay")->words(), Contains("rnb"));
  EXPECT_THAT(find_registered<Command>("fetch")->words(), Contains("dolly"));
  EXPECT_THAT(find_registered<Command>("reproduce")->words(), Contains("sni-test"));
}

}  // namespace
}  // namespace rnb
