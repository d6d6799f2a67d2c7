#include "datasets/tokenizers/word_splitter.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "base/random.h"

namespace rnb {
namespace {

using testing::ElementsAre;

Words words_of(const WordSplitter& splitter, std::string_view text) {
  Words words;
  splitter.split(text, words);
  return words;
}

TEST(PatternWords, KeepMatchesGapsOrBoth) {
  const auto cut = [](KeptPieces keep) { return words_of(*pattern_words("[0-9]+", keep, "x"), "ab12c3"); };
  EXPECT_THAT(cut(KeptPieces::Both), ElementsAre("ab", "12", "c", "3"));
  EXPECT_THAT(cut(KeptPieces::Matches), ElementsAre("12", "3"));
  EXPECT_THAT(cut(KeptPieces::Gaps), ElementsAre("ab", "c"));
  EXPECT_THAT(words_of(*pattern_words("x*", KeptPieces::Both, "x"), "\xc3\xa9xxb"),
              ElementsAre("\xc3\xa9", "xx", "b"));  // an empty match cuts nothing
  EXPECT_THROW(pattern_words("(", KeptPieces::Both, "x"), Error);
}

TEST(ChainedWords, CutTheWordsOfTheOneBefore) {
  std::vector<std::unique_ptr<WordSplitter>> stages;
  stages.push_back(pattern_words("-", KeptPieces::Gaps, "x"));
  stages.push_back(pattern_words("[0-9]", KeptPieces::Both, "x"));
  EXPECT_THAT(words_of(*chained_words(std::move(stages)), "a1b-22"), ElementsAre("a", "1", "b", "2", "2"));
}

// Letters, digits, marks, white space and signs of several scripts that every version of Unicode knows.
std::vector<std::string> mixed_texts(int n) {
  const std::vector<std::string> parts{"a",
                                       "S",
                                       "'s",
                                       "'LL",
                                       "ve",
                                       "the",
                                       "7",
                                       "42",
                                       "12345",
                                       " ",
                                       "  ",
                                       "\t",
                                       "\n",
                                       "\r\n",
                                       "\u00a0",
                                       "\u3000",
                                       ".",
                                       "!?",
                                       "-",
                                       "_",
                                       "(",
                                       "<|startoftext|>",
                                       "<|endoftext|>",
                                       "\u00e9",
                                       "\u00df",
                                       "\u0416",
                                       "\u03a9",
                                       "\u6f22",
                                       "\uac00",
                                       "\u0663",
                                       "\u00bd",
                                       "\u2167",
                                       "\u0301",
                                       "\u0e31",
                                       "\u20ac",
                                       "\u200d",
                                       "\U0001f469"};
  Rng rng(3, "mixed texts");
  std::vector<std::string> texts(static_cast<size_t>(n));
  for (std::string& text : texts)
    for (uint64_t i = rng.below(40); i > 0; --i) text += parts[rng.below(parts.size())];
  return texts;
}

// Patterns in wide use have code of their own; in brackets the same pattern goes to PCRE2.
TEST(PatternWords, CodeOfTheirOwnCutsAsPcre2Does) {
  const std::string contractions = R"('s|'t|'re|'ve|'m|'ll|'d)",
                    kept = R"([\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)",
                    qwen = "(?i:" + contractions + R"()|[^\r\n\p{L}\p{N}]?\p{L}+|)",
                    after = R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  const std::vector<std::pair<std::string, KeptPieces>> patterns{
      {contractions + R"(| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", KeptPieces::Both},
      {qwen + R"(\p{N})" + after, KeptPieces::Both},
      {qwen + R"(\p{N}{1,3})" + after, KeptPieces::Matches},
      {contractions + "|" + kept, KeptPieces::Matches},
      {R"(<\|startoftext\|>|<\|endoftext\|>|)" + contractions + "|" + kept, KeptPieces::Matches}};
  for (const auto& [pattern, keep] : patterns) {
    const auto own = pattern_words(pattern, keep, "x"),
               general = pattern_words("(?:" + pattern + ")", keep, "x");
    for (const std::string& text : mixed_texts(2000))
      ASSERT_EQ(words_of(*own, text), words_of(*general, text)) << pattern << "\n" << text;
  }
}

}  // namespace
}  // namespace rnb
