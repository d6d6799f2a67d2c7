// Tokenizer files that were damaged at random must load or throw Error; nothing else.

#include <fstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "base/random.h"
#include "datasets/tokenizer.h"
#include "reference_data.h"

namespace rnb {
namespace {

void write(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

std::string damaged(std::string content, Rng& rng) {
  for (uint64_t n = 1 + rng.below(4); n > 0 && !content.empty(); --n) {
    const auto at = rng.below(content.size());
    switch (rng.below(5)) {
      case 0:
        content[at] = static_cast<char>(rng.below(256));
        break;
      case 1:
        content.erase(at, 1 + rng.below(30));
        break;
      case 2:
        content.insert(at, content.substr(rng.below(content.size()), 40));
        break;
      case 3:
        content.resize(at);
        break;
      default:
        content.insert(at, {"\"\\u0000\": -1,\n\r\t ", rng.below(17)});
        break;
    }
  }
  return content;
}

void try_folder(const std::filesystem::path& folder) {
  try {
    const auto tokenizer = load_tokenizer(folder);
    for (const int32_t id : tokenizer->encode("The cat's na\u00efve 123\n\u4e2d")) {
      ASSERT_GE(id, 0);
      ASSERT_LT(id, tokenizer->vocab_size());
    }
    tokenizer->decode(std::vector<int32_t>{0, 1, tokenizer->vocab_size() - 1});
  } catch (const Error&) {
  }
}

class HostileFiles : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(HostileFiles, LoadOrSayWhy) {
  const auto [source, file] = GetParam();
  const TemporaryFolder folder;
  std::filesystem::copy(fixtures() / source, folder.path());
  const std::string whole = read_text_file(folder.path() / file);
  for (uint64_t seed = 0; seed < 250; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed, file);
    write(folder.path() / file, damaged(whole, rng));
    try_folder(folder.path());
  }
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, HostileFiles,
                         testing::Values(std::pair{"gpt2_small", "vocab.json"},
                                         std::pair{"gpt2_small", "merges.txt"},
                                         std::pair{"wordpiece_small", "vocab.txt"}),
                         [](const auto& test) { return "case" + std::to_string(test.index); });

TEST(HostileFiles, SentencePieceModels) {
  const TemporaryFolder folder;
  train_sentencepiece({"a text to train a small model on"}, 300)->save(folder.path());
  const auto file = folder.path() / "sentencepiece.model";
  const std::string whole = read_text_file(file);
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed, "model");
    write(file, damaged(whole, rng));
    try_folder(folder.path());
  }
}

TEST(HostileFiles, RandomBytesAreRefusedWithTheirOffset) {
  const auto gpt2 = load_tokenizer(fixtures() / "gpt2_small");
  const auto wordpiece = load_tokenizer(fixtures() / "wordpiece_small");
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Rng rng(seed, "bytes");
    std::string text(rng.below(24), '\0');
    for (char& c : text) c = static_cast<char>(rng.below(2) ? rng.below(256) : 'a' + rng.below(3));
    bool valid = true;
    try {
      require_utf8(text, "text");
    } catch (const Error&) {
      valid = false;
    }
    if (valid) {
      EXPECT_EQ(gpt2->decode(gpt2->encode(text)), text);
      EXPECT_NO_THROW(wordpiece->encode(text));
    } else {
      EXPECT_THROW(gpt2->encode(text), Error);
      EXPECT_THROW(wordpiece->encode(text), Error);
    }
  }
}

TEST(HostileFiles, MessagesNameFileAndLine) {
  const TemporaryFolder folder;
  std::filesystem::copy(fixtures() / "gpt2_small", folder.path());
  const auto merges = read_text_file(folder.path() / "merges.txt");
  write(folder.path() / "merges.txt", merges.substr(0, merges.find('\n') + 1) + "one_token_only\n");
  try {
    load_tokenizer(folder.path());
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("merges.txt:2:"), std::string::npos) << e.what();
  }
}

TEST(HostileFiles, FoldersInPlaceOfFilesAreRefused) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "vocab.txt");
  EXPECT_THROW(load_tokenizer(folder.path()), Error);
}

}  // namespace
}  // namespace rnb
