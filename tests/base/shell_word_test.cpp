#include "base/shell_word.h"

#include <gtest/gtest.h>

#include "base/launch.h"

namespace rnb {
namespace {

TEST(ShellWord, PlainWordsStayOthersAreQuoted) {
  EXPECT_EQ(shell_word("--lr=1e-3"), "--lr=1e-3");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
}

TEST(ShellWord, AShellReadsTheLineBackWordForWord) {
  const std::vector<std::string> words{"",  "a b", "it's", "$HOME", "`x`", "\"", "\\",
                                       "*", "~",   "a\nb", "\xff",  "x;y", "!"};
  std::string expected;
  for (const std::string& word : words) expected += word + "|";
  EXPECT_EQ(output_of_program({"sh", "-c", "printf '%s|' " + shell_line(words)}), expected);
}

}  // namespace
}  // namespace rnb
