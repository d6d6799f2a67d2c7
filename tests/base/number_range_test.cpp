#include "base/number_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rnb {
namespace {

using ::testing::ElementsAre;

TEST(NumberRange, OneNumberAndRanges) {
  EXPECT_THAT(parse_number_range("7").value().values(), ElementsAre(7));
  EXPECT_THAT(parse_number_range("0..3").value().values(), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(parse_number_range("5..30:10").value().values(), ElementsAre(5, 15, 25));
  EXPECT_THAT(parse_number_range("5..5").value().values(), ElementsAre(5));
  EXPECT_EQ(parse_number_range("1..1000000000000:1").value().count(), 1'000'000'000'000);
}

TEST(NumberRange, NothingElse) {
  for (const char* text : {"", "x", "-1", "5-30", "3,4", "5..", "..5", "5..3", "5..9:0", "5..9:-1",
                           "5..9:", "5 .. 9", "1.5", "1...3", "99999999999999999999", "1..2..3", "+1"})
    EXPECT_FALSE(parse_number_range(text)) << text;
}

}  // namespace
}  // namespace rnb
