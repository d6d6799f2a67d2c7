// The cache with the tiny BERT as its encoder, over a store made from a few lines.

#include "harness/grouping/embedding_cache.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/prepare.h"
#include "tests/models/encoder/tensors_of.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

class EmbeddingCache : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    encoder_ = folder_ / "encoder";
    fs::copy(kEncoderFixtures / "tiny", encoder_);
    std::ofstream vocabulary(encoder_ / "vocab.txt");
    vocabulary << "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nred\nblue\nbird\nsong\n";
    vocabulary.close();
    setenv("RNB_ENCODER", encoder_.c_str(), 1);
  }
  void TearDown() override {
    unsetenv("RNB_ENCODER");
    fs::remove_all(folder_);
  }

  Store store(const std::string& name, const std::vector<std::string>& texts) const {
    std::ofstream lines(folder_ / (name + ".jsonl"));
    for (const auto& text : texts) lines << nlohmann::json{{"text", text}, {"domain", "d"}} << "\n";
    // More lines, so that every split has examples.
    for (int i = 0; i < 80; ++i) lines << R"({"text": "red bird", "domain": "d"})" << "\n";
    lines.close();
    PrepareOptions options;
    options.dataset = "jsonl";
    options.source.from = folder_ / (name + ".jsonl");
    options.tokenizer = "train:300";
    options.out = folder_ / name;
    options.threads = 1;
    prepare(options);
    return Store(folder_ / name);
  }

  fs::path folder_, encoder_;
};

TEST_F(EmbeddingCache, ASecondCallReadsTheFirstOnesFileAndCost) {
  const Store s = store("a", {"red song", "blue"});
  const auto made = embed_store(s, "minilm"), kept = embed_store(s, "minilm");
  EXPECT_FALSE(made.from_cache);
  EXPECT_TRUE(kept.from_cache);
  EXPECT_EQ(kept.file, made.file);
  EXPECT_EQ(kept.sha, made.sha);
  EXPECT_DOUBLE_EQ(kept.seconds, made.seconds);
  EXPECT_DOUBLE_EQ(kept.flops, made.flops);
  EXPECT_EQ(made.dim, 24);
  EXPECT_EQ(NpyArray(made.file).shape(), (std::vector<int64_t>{82, 24}));
}

// Products alone: 2 FLOPs a multiply-add, per layer 4 W^2 + 2 W I a token and 2 T W for attention (bert.cpp's
// sizes: W 24, I 40, 3 layers). "red bird" is 4 tokens, so that every row has the same T.
TEST_F(EmbeddingCache, CostCountsTheEncodersProducts) {
  const Store s = store("a", {});
  const double tokens = 80 * 4;
  const double expected = 2 * 3 * tokens * (4 * 24 * 24 + 2 * 24 * 40 + 2 * 4 * 24);
  EXPECT_NEAR(embed_store(s, "minilm").flops, expected, 0.02 * expected);
}

TEST_F(EmbeddingCache, StaticAndEncoderAreKeptApart) {
  const Store s = store("a", {"red song"});
  EXPECT_NE(embed_store(s, "minilm").file, embed_store(s, "static").file);
  EXPECT_FALSE(torch::equal(tensor_of<float>(embed_store(s, "minilm").file),
                            tensor_of<float>(embed_store(s, "static").file)));
}

TEST_F(EmbeddingCache, OtherWeightsMakeNewVectors) {
  const Store s = store("a", {"red song"});
  const auto before = embed_store(s, "static");
  std::ofstream(encoder_ / "vocab.txt") << "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nblue\nred\nbird\nsong\n";
  const auto after = embed_store(s, "static");
  EXPECT_FALSE(after.from_cache);
  EXPECT_NE(after.sha, before.sha);
}

TEST_F(EmbeddingCache, WhereATextEndsIsPartOfTheKey) {
  const Store one = store("a", {"red\nblue", "bird"}), other = store("b", {"red", "blue\nbird"});
  EXPECT_NE(embed_store(one, "static").sha, embed_store(other, "static").sha);
}

TEST_F(EmbeddingCache, ACutFileIsAnErrorNotVectors) {
  const Store s = store("a", {"red song"});
  const auto made = embed_store(s, "static");
  fs::resize_file(made.file, fs::file_size(made.file) - 4);
  EXPECT_THROW(embed_store(s, "static"), Error);
}

TEST_F(EmbeddingCache, AGivenFileMustHaveARowForEachExample) {
  const Store s = store("a", {"red song"});
  const fs::path file = folder_ / "given.npy";
  write_npy<float>(file, std::vector<float>(81 * 2), {81, 2});
  EXPECT_EQ(embed_store(s, "npy:" + file.string()).dim, 2);
  write_npy<float>(file, std::vector<float>(80 * 2), {80, 2});
  EXPECT_THROW(embed_store(s, "npy:" + file.string()), Error);
  write_npy<double>(file, std::vector<double>(81 * 2), {81, 2});
  EXPECT_THROW(embed_store(s, "npy:" + file.string()), Error);
}

TEST_F(EmbeddingCache, AFolderOfAnyNameAndItsPromptsAreEmbedders) {
  const Store s = store("a", {"red song", "blue"});
  const std::string folder = (kEncoderFixtures / "modernbert/prompted").string();
  const auto preferred = embed_store(s, "encoder:" + folder),
             named = embed_store(s, "encoder:" + folder, "clustering"),
             other = embed_store(s, "encoder:" + folder, "search_query"),
             plain = embed_store(s, "static:" + folder);
  EXPECT_EQ(preferred.dim, 16);
  EXPECT_EQ(preferred.sha, named.sha);
  EXPECT_NE(preferred.sha, other.sha);
  EXPECT_NE(preferred.sha, plain.sha);
  EXPECT_FALSE(torch::equal(tensor_of<float>(preferred.file), tensor_of<float>(other.file)));
  EXPECT_THROW(embed_store(s, "encoder:" + folder, "no such prompt"), Error);
  EXPECT_THROW(embed_store(s, "encoder:" + (folder_ / "absent").string()), Error);
}

TEST_F(EmbeddingCache, TheInstalledEncoderByItsFolderHasTheSameVectors) {
  const Store s = store("a", {"red song"});
  EXPECT_EQ(embed_store(s, "encoder:" + encoder_.string()).sha, embed_store(s, "minilm").sha);
  EXPECT_EQ(embed_store(s, "static:" + encoder_.string()).sha, embed_store(s, "static").sha);
  EXPECT_EQ(embedder_digest("minilm"), "");
  const std::string before = embedder_digest("encoder:" + encoder_.string());
  std::ofstream(encoder_ / "vocab.txt", std::ios::app) << "more\n";
  EXPECT_NE(embedder_digest("encoder:" + encoder_.string()), before);
}

TEST_F(EmbeddingCache, RefusesAnUnknownEmbedder) {
  EXPECT_THROW(embed_store(store("a", {}), "word2vec"), UsageError);
}

}  // namespace
}  // namespace rnb
