#include "methods/regroup/telling_words.h"

#include <gmock/gmock.h>

namespace rnb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::vector<std::string>> words(const std::vector<std::string_view>& texts,
                                            const std::vector<int32_t>& cluster, int64_t k, size_t most = 8) {
  return telling_words(texts, cluster, k, most);
}

// Three clusters. ln(4/2) = 0.693 for a word that one cluster has, ln(4/3) = 0.288 for a word that two have.
// Cluster 0: cat 3/6 x 0.693 = 0.347, sat 1/6 x 0.693 = 0.116, pet 1/6 x 0.288 = 0.048; "the" is everywhere.
TEST(TellingWords, ByHand) {
  const auto out =
      words({"The cat sat.", "Cat! cat; pet", "the dog ran, dog pet", "the sea"}, {0, 0, 1, 2}, 3);
  ASSERT_EQ(out.size(), 3U);
  EXPECT_THAT(out[0], ElementsAre("cat", "sat", "pet"));
  EXPECT_THAT(out[1], ElementsAre("dog", "ran", "pet"));
  EXPECT_THAT(out[2], ElementsAre("sea"));
}

TEST(TellingWords, TiesInAlphabeticalOrderAndCapped) {
  EXPECT_THAT(words({"pear fig apple date", "zinc"}, {0, 1}, 2, 3)[0], ElementsAre("apple", "date", "fig"));
}

TEST(TellingWords, ShortWordsAndDigitsAreNoWords) {
  EXPECT_THAT(words({"an ox 1234 abc9def", "zinc"}, {0, 1}, 2)[0], ElementsAre("abc", "def"));
}

TEST(TellingWords, OtherScriptsStayWhole) {
  EXPECT_THAT(words({"d\xc3\xa9j\xc3\xa0 vu", "zinc"}, {0, 1}, 2)[0], ElementsAre("d\xc3\xa9j\xc3\xa0"));
}

TEST(TellingWords, NothingToTell) {
  EXPECT_THAT(words({"same words", "same words"}, {0, 1}, 2), ElementsAre(IsEmpty(), IsEmpty()));
  EXPECT_THAT(words({"", "zinc"}, {0, 1}, 2)[0], IsEmpty());
}

}  // namespace
}  // namespace rnb
