#include "harness/config/ini_file.h"

#include <chrono>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "harness/sweep/sweep_plan.h"

namespace rnb {
namespace {

using ::testing::HasSubstr;

std::string error_of(const std::string& text) {
  try {
    parse_ini(text, "x.ini");
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(IniFile, KeepsSectionsRepetitionsAndLines) {
  const IniFile file =
      parse_ini("a = 1\r\n# note\n[grid one] # the first\n\nb=two words # why\na = \"x, # y\"", "x.ini");
  ASSERT_EQ(file.entries.size(), 3U);
  EXPECT_EQ(file.entries[0].value, "1");
  EXPECT_EQ(file.entries[1].section, "grid one");
  EXPECT_EQ(file.entries[1].value, "two words");
  EXPECT_EQ(file.entries[1].line, 5);
  EXPECT_EQ(file.entries[2].value, "x, # y");
  EXPECT_TRUE(file.entries[2].quoted);
  EXPECT_EQ(file.where(file.entries[2]), "file x.ini:6");
}

TEST(IniFile, ErrorsNameTheLine) {
  EXPECT_THAT(error_of("a = 1\nnonsense"), HasSubstr("x.ini:2"));
  EXPECT_THAT(error_of("\n[open\n"), HasSubstr("x.ini:2"));
  EXPECT_THAT(error_of("a b = 1"), HasSubstr("x.ini:1"));
  EXPECT_THAT(error_of("a ="), HasSubstr("no value"));
  EXPECT_THAT(error_of("a = \"x"), HasSubstr("quote"));
  EXPECT_THAT(error_of(std::string("a = \0", 5)), HasSubstr("NUL"));
  EXPECT_THAT(error_of(std::string((1 << 20) + 1, '#')), HasSubstr("at most"));
}

// Any bytes either parse or are refused with a UsageError; nothing else is thrown.
TEST(IniFile, SurvivesArbitraryText) {
  std::mt19937 random(7);
  const std::string pieces[] = {"seed",
                                "=",
                                "1..3",
                                "\n",
                                "[grid a]",
                                "[",
                                "]",
                                "\"",
                                ",",
                                "method",
                                "rnb x=1",
                                "#",
                                "..",
                                ":",
                                " ",
                                "\t",
                                "-",
                                "[data]",
                                "\xff",
                                "0",
                                "lr",
                                "grouping",
                                "1..9999999999999999999",
                                "store = s\n",
                                "dataset = d\n"};
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  int parsed = 0;
  while (std::chrono::steady_clock::now() < until) {
    std::string text;
    for (size_t n = random() % 24; n > 0; --n) text += pieces[random() % std::size(pieces)];
    try {
      plan_sweep(parse_ini(text, "x.ini"), {}, "out");
      ++parsed;
    } catch (const UsageError&) {
    }
  }
  EXPECT_GT(parsed, 0);
}

}  // namespace
}  // namespace rnb
