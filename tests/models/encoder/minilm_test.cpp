// Whole texts through tokenizer, MiniLM and pooling, against sentence-transformers
// (tests/oracle/bert_fixtures.py).

#include <algorithm>

#include <gtest/gtest.h>

#include "base/error.h"
#include "models/safetensors.h"
#include "models/text_encoder.h"
#include "tests/models/encoder/parity.h"
#include "tests/models/encoder/tensors_of.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

class MiniLm : public testing::Test {
 protected:
  void SetUp() override {
    try {
      default_encoder_folder();
    } catch (const Error& e) {
      GTEST_SKIP() << e.what();
    }
  }
};

TEST_F(MiniLm, EmbedsTextsAsSentenceTransformers) {
  expect_sentence_parity(kEncoderFixtures / "minilm");
}

TEST_F(MiniLm, ProgressEndsAtTheNumberOfTexts) {
  const std::vector<std::string_view> texts{"a", "", "two words"};
  int64_t last = 0;
  embed_texts(default_encoder_folder(), EmbedMode::Static, texts, [&](int64_t done) {
    EXPECT_GT(done, last);
    last = done;
  });
  EXPECT_EQ(last, 3);
}

// Three tokens looked up in the weight file by hand: [CLS] and [SEP] take no part.
TEST_F(MiniLm, StaticIsTheMeanOfTheTextsOwnTokens) {
  const fs::path folder = default_encoder_folder();
  const auto vocabulary = text_lines(folder / "vocab.txt");
  const auto weights = load_safetensors(folder);
  const auto& words = weights.at("embeddings.word_embeddings.weight");
  auto mean = torch::zeros({words.size(1)});
  for (const char* token : {"grey", "river", "."}) {
    const auto at = std::find(vocabulary.begin(), vocabulary.end(), token);
    ASSERT_NE(at, vocabulary.end());
    mean += words[at - vocabulary.begin()];
  }
  const auto ours = embed_with_minilm({"a longer text beside it, so that there is padding", "Grey river."},
                                      EmbedMode::Static);
  EXPECT_LT((ours[1] - mean / mean.norm()).abs().max().item<double>(), 1e-6);
}

TEST_F(MiniLm, AnEmptyTextHasAFiniteVector) {
  for (const auto mode : {EmbedMode::Encoder, EmbedMode::Static})
    EXPECT_NEAR(embed_with_minilm({""}, mode).norm().item<double>(), 1.0, 1e-5);
}

TEST_F(MiniLm, NoTextsGiveNoVectors) {
  EXPECT_TRUE(embed_texts(default_encoder_folder(), EmbedMode::Encoder, {}).empty());
}

}  // namespace
}  // namespace rnb
