#include "base/suggest.h"

#include <gtest/gtest.h>

namespace rnb {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsSubstitutionsAndSwaps) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);  // the textbook pair
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("abc", "abc"), 0);
  EXPECT_EQ(edit_distance("form", "from"), 1);
}

TEST(Suggestion, NamesTheClosest) {
  const std::vector<std::string> known{"dolly", "jsonl", "wordnet"};
  EXPECT_EQ(suggestion("wrodnet", known), " (did you mean 'wordnet'?)");
  EXPECT_EQ(suggestion("dol", known), " (did you mean 'dolly'?)");
}

TEST(Suggestion, ListsAllWhenNoneIsClose) {
  EXPECT_EQ(suggestion("imagenet-21k-full", {"dolly", "jsonl"}), "; expected one of dolly, jsonl");
  EXPECT_EQ(suggestion("x", {}), "");
}

}  // namespace
}  // namespace rnb
