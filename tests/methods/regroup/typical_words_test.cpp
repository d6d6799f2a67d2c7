#include "methods/regroup/typical_words.h"

#include <gmock/gmock.h>

namespace rnb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::vector<std::string>> words(const std::vector<std::string_view>& texts,
                                            const std::vector<int32_t>& cluster, int64_t k, size_t most = 8) {
  return typical_words(texts, cluster, k, most);
}

// Three clusters of 6, 5 and 2 words: A = 13/3.
// Cluster 0: cat 3 ln(1 + A/3) = 2.681, sat 1 ln(1 + A/1) = 1.674. Cluster 1: dog 2 ln(1 + A/2) = 2.305, ran
// 1.674. Cluster 2: sea 1.674. "pet" and "the" are at most 2.75 times as frequent as in the other clusters.
TEST(TypicalWords, ByHand) {
  const auto out =
      words({"The cat sat.", "Cat! cat; pet", "the dog ran, dog pet", "the sea"}, {0, 0, 1, 2}, 3);
  ASSERT_EQ(out.size(), 3U);
  EXPECT_THAT(out[0], ElementsAre("cat", "sat"));
  EXPECT_THAT(out[1], ElementsAre("dog", "ran"));
  EXPECT_THAT(out[2], ElementsAre("sea"));
}

// Clusters of 5 and 33 words: A = 19. shore 3 ln(1 + 19/6) = 4.281 (3 of 5 here, 3 of 33 there);
// tide 2 ln(1 + 19/2) = 4.703. The rarer word wins though it is the less frequent one here.
TEST(TypicalWords, AWordThatIsRareElsewhereCountsMore) {
  std::string other = "shore shore shore";
  for (int i = 0; i < 30; ++i) other += " road";
  EXPECT_THAT(words({"shore shore shore tide tide", other}, {0, 1}, 2)[0], ElementsAre("tide", "shore"));
}

// "the" makes up 1/3 of the one cluster's words and 1/9 of the others': exactly three times is not more.
TEST(TypicalWords, ThreeTimesAsFrequentIsNotEnough) {
  const std::string one = "the cat cat", other = "the dog dog dog dog dog dog dog dog";
  EXPECT_THAT(words({one, other}, {0, 1}, 2)[0], ElementsAre("cat"));
  EXPECT_THAT(words({one, other + " dog"}, {0, 1}, 2)[0], ElementsAre("cat", "the"));
}

TEST(TypicalWords, DashesAndQuotationMarksPartWords) {
  EXPECT_THAT(words({"\xe2\x80\x9csea\xe2\x80\x9d \xe2\x80\x93 dog\xe2\x80\x99s", "zinc"}, {0, 1}, 2)[0],
              ElementsAre("dog", "sea"));
}

TEST(TypicalWords, TiesInAlphabeticalOrderAndCapped) {
  EXPECT_THAT(words({"pear fig apple date", "zinc"}, {0, 1}, 2, 3)[0], ElementsAre("apple", "date", "fig"));
}

TEST(TypicalWords, ShortWordsAndDigitsAreNoWords) {
  EXPECT_THAT(words({"an ox 1234 abc9def", "zinc"}, {0, 1}, 2)[0], ElementsAre("abc", "def"));
}

TEST(TypicalWords, OtherScriptsStayWhole) {
  EXPECT_THAT(words({"d\xc3\xa9j\xc3\xa0 vu", "zinc"}, {0, 1}, 2)[0], ElementsAre("d\xc3\xa9j\xc3\xa0"));
}

TEST(TypicalWords, NothingIsTypical) {
  EXPECT_THAT(words({"same words", "same words"}, {0, 1}, 2), ElementsAre(IsEmpty(), IsEmpty()));
  EXPECT_THAT(words({"", "zinc"}, {0, 1}, 2)[0], IsEmpty());
  EXPECT_THAT(words({"one cluster alone"}, {0}, 1)[0], IsEmpty());
}

}  // namespace
}  // namespace rnb
