#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/tokenizer.h"
#include "datasets/tokenizers/bert_words.h"
#include "tests/datasets/tokenizers/reference_data.h"

namespace rnb {
namespace {

using testing::ElementsAre;

TEST(BertWords, RulesByHand) {
  EXPECT_THAT(bert_words("  Caf\u00e9, don't!\n"), ElementsAre("cafe", ",", "don", "'", "t", "!"));
  EXPECT_THAT(bert_words("a\u4e2d\u6587b"), ElementsAre("a", "\u4e2d", "\u6587", "b"));
  EXPECT_THAT(bert_words("x\u200by\u00a0z\u0007\u0000"), ElementsAre("xy", "z"));
  EXPECT_THAT(bert_words("$5\u20ac"),
              ElementsAre("$", "5\u20ac"));  // ASCII symbols are cut out, others are not
  EXPECT_THAT(bert_words(""), ElementsAre());
}

void expect_parity(const Tokenizer& tokenizer, const std::string& reference) {
  for (const auto& [text, ids] : reference_rows(reference))
    EXPECT_EQ(tokenizer.encode(text), ids) << testing::PrintToString(text);
}

TEST(WordPiece, SmallVocabularyAsHuggingFace) {
  const auto tokenizer = load_tokenizer(fixtures() / "wordpiece_small");
  EXPECT_EQ(tokenizer->kind(), "wordpiece");
  EXPECT_EQ(tokenizer->bos_id(), 2);
  EXPECT_EQ(tokenizer->eos_id(), 3);
  expect_parity(*tokenizer, "wordpiece_small");
}

TEST(WordPiece, OriginalVocabularyAsHuggingFace) {
  const TemporaryFolder folder;
  const auto files = unpacked(folder, "tokenizers.tar.xz", "tokenizers/bert-uncased");
  if (!files) GTEST_SKIP() << "RNB_DATA_DIR is not set";
  const auto tokenizer = load_tokenizer(*files);
  EXPECT_EQ(tokenizer->vocab_size(), 30522);
  expect_parity(*tokenizer, "bert_uncased");
}

TEST(WordPiece, SpecialTokensAndCut) {
  const WordPieceTokenizer tokenizer(fixtures() / "wordpiece_small/vocab.txt");
  EXPECT_EQ(tokenizer.pad_id(), 0);
  int32_t a = -1;
  for (const auto& row : reference_rows("wordpiece_small"))
    if (row.text == "a") a = row.ids.at(0);
  const auto whole = tokenizer.encode("a", 3);
  EXPECT_THAT(whole.ids, ElementsAre(2, a, 3));
  EXPECT_FALSE(whole.cut);
  const auto cut = tokenizer.encode("a a a", 4);
  EXPECT_THAT(cut.ids, ElementsAre(2, a, a, 3));
  EXPECT_TRUE(cut.cut);
}

TEST(WordPiece, DecodeJoinsPieces) {
  const auto tokenizer = load_tokenizer(fixtures() / "wordpiece_small");
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("The LAZY d\u00f6g")), "the lazy dog");
}

TEST(WordPiece, SavedFolderLoadsAsTheSameTokenizer) {
  const auto tokenizer = load_tokenizer(fixtures() / "wordpiece_small");
  const TemporaryFolder folder;
  tokenizer->save(folder.path());
  EXPECT_EQ(load_tokenizer(folder.path())->digest(), tokenizer->digest());
}

}  // namespace
}  // namespace rnb
