#include "base/name_value.h"

#include <gtest/gtest.h>

namespace rnb {
namespace {

TEST(NameValue, IsCutAtTheFirstEquals) {
  const auto cut = split_name_value("command=python3 x.py --a=b");
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->name, "command");
  EXPECT_EQ(cut->value, "python3 x.py --a=b");
  EXPECT_EQ(split_name_value("a=").value().value, "");
}

TEST(NameValue, NeedsANameAndAnEquals) {
  EXPECT_FALSE(split_name_value("lambda"));
  EXPECT_FALSE(split_name_value("=3"));
  EXPECT_FALSE(split_name_value(""));
}

}  // namespace
}  // namespace rnb
