#include "datasets/tokenizers/word_splitter.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "tests/datasets/tokenizers/hard_texts.h"

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
    for (const std::string& text : hard_texts(3, 400))
      ASSERT_EQ(words_of(*own, text), words_of(*general, text)) << pattern << "\n" << text;
  }
}

}  // namespace
}  // namespace rnb
