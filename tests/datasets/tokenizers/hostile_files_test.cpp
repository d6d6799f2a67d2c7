// Tokenizer files and texts that are not what they should be (fuzz_test.cpp damages them at random).

#include <fstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "base/random.h"
#include "datasets/tokenizer.h"
#include "tests/datasets/tokenizers/reference_data.h"

namespace rnb {
namespace {

void write(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
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
