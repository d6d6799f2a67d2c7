#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/parallel.h"
#include "datasets/tokenizer.h"
#include "datasets/tokenizers/word_splitter.h"
#include "tests/datasets/tokenizers/reference_data.h"

namespace rnb {
namespace {

using testing::ElementsAre;

std::vector<std::string> words(std::string_view text) {
  Words out;
  gpt2_words()->split(text, out);
  return {out.begin(), out.end()};
}

TEST(Gpt2Words, PatternByHand) {
  EXPECT_THAT(words("I'll say it's 3rd"), ElementsAre("I", "'ll", " say", " it", "'s", " 3", "rd"));
  EXPECT_THAT(words("'S 's"), ElementsAre("'", "S", " '", "s"));
  EXPECT_THAT(words("a   b"), ElementsAre("a", "  ", " b"));
  EXPECT_THAT(words("a\n\nb "), ElementsAre("a", "\n", "\n", "b", " "));
  EXPECT_THAT(words("a \t"), ElementsAre("a", " \t"));
  EXPECT_THAT(words("\u00a0\u3000x"), ElementsAre("\u00a0", "\u3000", "x"));
  EXPECT_THAT(words("x!?\u00e9\u00b2"), ElementsAre("x", "!?", "\u00e9", "\u00b2"));
  EXPECT_THAT(words("e\u0301"), ElementsAre("e", "\u0301"));
}

void expect_parity(const Tokenizer& tokenizer, const std::string& reference) {
  for (const auto& [text, ids] : reference_rows(reference)) {
    EXPECT_EQ(tokenizer.encode(text), ids) << testing::PrintToString(text);
    EXPECT_EQ(tokenizer.decode(ids), text);
  }
}

TEST(Gpt2, SmallVocabularyAsHuggingFace) {
  const auto tokenizer = load_tokenizer(fixtures() / "gpt2_small");
  EXPECT_EQ(tokenizer->kind(), "gpt2");
  EXPECT_EQ(tokenizer->vocab_size(), 500);
  EXPECT_EQ(tokenizer->bos_id(), 0);
  EXPECT_EQ(tokenizer->eos_id(), 0);
  expect_parity(*tokenizer, "gpt2_small");
  expect_parity(*tokenizer, "gpt2_small");  // now from the words it kept
}

TEST(Gpt2, OriginalVocabularyAsHuggingFace) {
  const TemporaryFolder folder;
  const auto files = unpacked(folder, "tokenizers.tar.xz", "tokenizers/gpt2");
  if (!files) GTEST_SKIP() << "RNB_DATA_DIR is not set";
  const auto tokenizer = load_tokenizer(*files);
  EXPECT_EQ(tokenizer->vocab_size(), 50257);
  EXPECT_EQ(tokenizer->eos_id(), 50256);
  // Published example of GPT-2's encoding.
  EXPECT_THAT(tokenizer->encode("Hello world"), ElementsAre(15496, 995));
  expect_parity(*tokenizer, "gpt2");
}

TEST(Gpt2, ThreadsAgree) {
  const auto tokenizer = load_tokenizer(fixtures() / "gpt2_small");
  const auto rows = reference_rows("gpt2_small");
  parallel_for(400, 4, [&](int64_t i) {
    const auto& row = rows[static_cast<size_t>(i) % rows.size()];
    if (tokenizer->encode(row.text) != row.ids) throw std::runtime_error("threads disagree");
  });
}

TEST(Gpt2, SavedFolderLoadsAsTheSameTokenizer) {
  const auto tokenizer = load_tokenizer(fixtures() / "gpt2_small");
  const TemporaryFolder folder;
  tokenizer->save(folder.path());
  const auto again = load_tokenizer(folder.path());
  EXPECT_EQ(again->digest(), tokenizer->digest());
  expect_parity(*again, "gpt2_small");
}

TEST(Gpt2, DecodeRefusesForeignIds) {
  const auto tokenizer = load_tokenizer(fixtures() / "gpt2_small");
  EXPECT_ANY_THROW(tokenizer->decode(std::vector<int32_t>{500}));
  EXPECT_ANY_THROW(tokenizer->decode(std::vector<int32_t>{-1}));
}

}  // namespace
}  // namespace rnb
