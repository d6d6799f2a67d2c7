#include "base/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace rnb {
namespace {
namespace po = boost::program_options;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct Parsed {
  bool go_on = false;
  po::variables_map values;
  std::vector<std::string> words;
};

Parsed parse(const std::vector<std::string>& args, bool takes_words) {
  po::options_description options("Options");
  options.add_options()("steps", po::value<int>()->default_value(5), "how many")("json", "for machines");
  Parsed out;
  out.go_on = parse_command_line(args, {"test", "WORDS...", "a summary"}, options, out.values,
                                 takes_words ? &out.words : nullptr);
  return out;
}

std::string error_of(const std::vector<std::string>& args, bool takes_words = false) {
  try {
    parse(args, takes_words);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "no error";
}

TEST(CommandLine, OptionsAndWords) {
  const Parsed parsed = parse({"a", "--steps=7", "b", "--json"}, true);
  EXPECT_TRUE(parsed.go_on);
  EXPECT_EQ(parsed.values["steps"].as<int>(), 7);
  EXPECT_EQ(parsed.values.count("json"), 1U);
  EXPECT_THAT(parsed.words, ElementsAre("a", "b"));
  EXPECT_EQ(parse({}, false).values["steps"].as<int>(), 5);
}

TEST(CommandLine, HelpIsPrintedAndEndsIt) {
  ::testing::internal::CaptureStdout();
  const bool go_on = parse({"--help"}, true).go_on;
  EXPECT_FALSE(go_on);
  EXPECT_THAT(::testing::internal::GetCapturedStdout(),
              AllOf(HasSubstr("rnb test WORDS...: a summary"), HasSubstr("--steps"), HasSubstr("how many")));
}

TEST(CommandLine, ErrorsNameTheOptionAndWhereToLook) {
  EXPECT_THAT(error_of({"--step", "3"}),
              AllOf(HasSubstr("'--step' (did you mean '--steps'?)"), HasSubstr("rnb test --help")));
  EXPECT_THAT(error_of({"--learning-rate", "3"}), Not(HasSubstr("expected one of")));
  EXPECT_THAT(error_of({"--steps", "x"}), HasSubstr("--steps"));
  EXPECT_THAT(error_of({"--steps", "1", "--steps", "2"}), HasSubstr("--steps"));
  EXPECT_NE(error_of({"word"}), "no error") << "no words are meant";
}

}  // namespace
}  // namespace rnb
