#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "datasets/tokenizer.h"
#include "datasets/tokenizers/code_points.h"
#include "tests/datasets/tokenizers/reference_data.h"

namespace rnb {
namespace {

std::vector<std::string> texts() {
  std::vector<std::string> out;
  for (auto& row : reference_rows("gpt2")) out.push_back(std::move(row.text));
  return out;
}

class SentencePiece : public testing::Test {
 protected:
  static void SetUpTestSuite() { tokenizer_ = train_sentencepiece(texts(), 800).release(); }
  static void TearDownTestSuite() { delete tokenizer_; }
  static void expect_round_trip(const std::string& text) {
    ASSERT_EQ(tokenizer_->decode(tokenizer_->encode(text)), text);
  }
  static Tokenizer* tokenizer_;
};
Tokenizer* SentencePiece::tokenizer_ = nullptr;

TEST_F(SentencePiece, HardStringsRoundTrip) {
  for (const std::string& text : texts()) expect_round_trip(text);
}

TEST_F(SentencePiece, EveryCodePointRoundTrips) {
  std::string text;
  for (int32_t code = 0; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    append_code_point(text, code);
    if (code % 7 == 0) text += " a";
    if (text.size() > 4000) {
      expect_round_trip(text);
      text.clear();
    }
  }
  expect_round_trip(text);
}

TEST_F(SentencePiece, RandomTextRoundTrips) {
  const std::vector<std::string> parts{" ",       "  ",      "\n",         "\t",     "\u2581", "\uf8ff",
                                       "\uf8ffm", "\uf8ffe", "\u2585",     "<0x0A>", "</s>",   "\u2047",
                                       "a",       "the ",    "\U0001F600", "\0"};
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed, "text");
    std::string text;
    for (uint64_t n = rng.below(40); n > 0; --n) text += parts[rng.below(parts.size())];
    expect_round_trip(text);
  }
}

TEST_F(SentencePiece, HasBordersOfExamplesThatTextNeverYields) {
  EXPECT_GE(tokenizer_->bos_id(), 0);
  EXPECT_GE(tokenizer_->eos_id(), 0);
  for (const std::string& text : texts())
    for (const int32_t id : tokenizer_->encode(text)) {
      EXPECT_NE(id, tokenizer_->bos_id());
      EXPECT_NE(id, tokenizer_->eos_id());
    }
}

TEST_F(SentencePiece, TrainingTwiceGivesTheSameModel) {
  EXPECT_EQ(train_sentencepiece(texts(), 800)->digest(), tokenizer_->digest());
}

TEST_F(SentencePiece, SavedFolderLoadsAsTheSameTokenizer) {
  const TemporaryFolder folder;
  tokenizer_->save(folder.path());
  const auto again = load_tokenizer(folder.path());
  EXPECT_EQ(again->kind(), "sentencepiece");
  EXPECT_EQ(again->digest(), tokenizer_->digest());
  EXPECT_EQ(again->vocab_size(), tokenizer_->vocab_size());
}

TEST_F(SentencePiece, InvalidUtf8IsAnError) {
  EXPECT_THROW(tokenizer_->encode("a\xFF"), Error);
  EXPECT_THROW(train_sentencepiece({"fine", "a\xFF"}, 400), Error);
}

// The library alone would skip each of these texts, or stop at the long word.
TEST(TrainSentencePiece, LearnsFromLongTextsAndTextsWithTabs) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "zebra\tzebra\u2585zebra zebra\n";
  const std::vector<std::string> all{text, std::string(200'000, 'q')};
  const auto tokenizer = train_sentencepiece(all, 300);
  EXPECT_EQ(tokenizer->encode("zebra").size(), 1u);
}

TEST(TrainSentencePiece, RefusesNothingAndTooFewPieces) {
  EXPECT_THROW(train_sentencepiece({}, 400), Error);
  EXPECT_THROW(train_sentencepiece({"a"}, 200), Error);
  EXPECT_THROW(train_sentencepiece({""}, 400), Error);
}

TEST(TrainSentencePiece, LittleTextGivesASmallerVocabulary) {
  const auto tokenizer = train_sentencepiece({"abc abc"}, 4096);
  EXPECT_LT(tokenizer->vocab_size(), 400);
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("abc xyz\n")), "abc xyz\n");
}

}  // namespace
}  // namespace rnb
