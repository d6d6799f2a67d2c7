// Whole texts through tokenizer, MiniLM and pooling, against sentence-transformers
// (tests/oracle/bert_fixtures.py).

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/tokenizer.h"
#include "models/safetensors.h"
#include "models/text_encoder.h"
#include "tests/models/encoder/tensors_of.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

std::vector<std::string> lines_of(const fs::path& file) {
  std::istringstream in(read_text_file(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

torch::Tensor embed(const std::vector<std::string>& texts, EmbedMode mode) {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const auto rows = embed_texts(default_encoder_folder(), mode, views);
  const auto n = static_cast<int64_t>(texts.size());
  return torch::tensor(rows).view({n, static_cast<int64_t>(rows.size()) / n});
}

void expect_parity(const fs::path& folder) {
  const auto texts = lines_of(folder / "texts.txt");
  const auto ours = embed(texts, EmbedMode::Encoder), theirs = tensor_of<float>(folder / "vectors.npy");
  ASSERT_EQ(ours.sizes(), theirs.sizes());
  const auto cosine = (ours * theirs).sum(1) / (ours.norm(2, 1) * theirs.norm(2, 1));
  for (int64_t i = 0; i < cosine.size(0); ++i)
    EXPECT_GT(cosine[i].item<double>(), 0.9999) << texts[static_cast<size_t>(i)];
}

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
  expect_parity(kEncoderFixtures / "minilm");
}

TEST_F(MiniLm, EmbedsNewTextsAsSentenceTransformers) {
  if (!fs::exists(kOraclePython)) GTEST_SKIP() << "the oracle environment is not installed";
  const fs::path made = fs::path(testing::TempDir()) / "minilm-live";
  const std::string command =
      fmt::format("{} {}/tests/oracle/bert_fixtures.py sentences {} {} 200 71 2>/dev/null",
                  kOraclePython.string(), RNB_SOURCE_DIR, default_encoder_folder().string(), made.string());
  ASSERT_EQ(std::system(command.c_str()), 0);
  expect_parity(made);
  fs::remove_all(made);
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
  const auto vocabulary = lines_of(folder / "vocab.txt");
  const auto weights = load_safetensors(folder);
  const auto& words = weights.at("embeddings.word_embeddings.weight");
  auto mean = torch::zeros({words.size(1)});
  for (const char* token : {"grey", "river", "."}) {
    const auto at = std::find(vocabulary.begin(), vocabulary.end(), token);
    ASSERT_NE(at, vocabulary.end());
    mean += words[at - vocabulary.begin()];
  }
  const auto ours =
      embed({"a longer text beside it, so that there is padding", "Grey river."}, EmbedMode::Static);
  EXPECT_LT((ours[1] - mean / mean.norm()).abs().max().item<double>(), 1e-6);
}

TEST_F(MiniLm, AnEmptyTextHasAFiniteVector) {
  for (const auto mode : {EmbedMode::Encoder, EmbedMode::Static})
    EXPECT_NEAR(embed({""}, mode).norm().item<double>(), 1.0, 1e-5);
}

TEST_F(MiniLm, NoTextsGiveNoVectors) {
  EXPECT_TRUE(embed_texts(default_encoder_folder(), EmbedMode::Encoder, {}).empty());
}

}  // namespace
}  // namespace rnb
