#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rnb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Text, TrimmedAsPythonsStripOfAscii) {
  EXPECT_EQ(trimmed(" \t\r\n\f\va b\v\f\n\r\t "), "a b");
  EXPECT_EQ(trimmed(" \n "), "");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed("\xc2\xa0x"), "\xc2\xa0x") << "a no-break space is not ASCII";
}

TEST(Text, LinesEndAtLineFeedsAlone) {
  EXPECT_THAT(lines_of("a\r\nb\n\nc"), ElementsAre("a\r", "b", "", "c"));
  EXPECT_THAT(lines_of("a\n"), ElementsAre("a"));
  EXPECT_THAT(lines_of("\n"), ElementsAre(""));
  EXPECT_THAT(lines_of(""), IsEmpty());
}

}  // namespace
}  // namespace rnb
