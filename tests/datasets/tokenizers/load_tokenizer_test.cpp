// Which of several tokenizers in a folder is loaded, and what a folder without one is told.

#include <gmock/gmock.h>

#include "base/error.h"
#include "datasets/tokenizer.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

const fs::path kFixtures = fs::path(RNB_SOURCE_DIR) / "tests/datasets/tokenizers/fixtures";

void copy_all(const fs::path& from, const fs::path& to) {
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
}

TEST(LoadTokenizer, TakesTheFirstKindThatFits) {
  const ScratchFolder folder;
  folder.write("ids.json", R"({"vocab_size": 9})");
  EXPECT_EQ(load_tokenizer(folder.path())->kind(), "ids");
  copy_all(kFixtures / "wordpiece_small", folder.path());
  EXPECT_EQ(load_tokenizer(folder.path())->kind(), "wordpiece");
  fs::copy(kFixtures / "gpt2_small/vocab.json", folder.path());  // without its merges.txt
  EXPECT_EQ(load_tokenizer(folder.path())->kind(), "wordpiece");
  copy_all(kFixtures / "gpt2_small", folder.path());
  EXPECT_EQ(load_tokenizer(folder.path())->kind(), "gpt2");
  copy_all(kFixtures / "qwen2_small", folder.path());
  EXPECT_EQ(load_tokenizer(folder.path())->kind(), "tokenizer.json");
}

TEST(LoadTokenizer, SaysWhatItLooksFor) {
  const ScratchFolder folder;
  try {
    load_tokenizer(folder.path());
    FAIL() << "no error";
  } catch (const Error& e) {
    for (const char* file : {"sentencepiece.model", "tokenizer.json", "vocab.json with merges.txt",
                             "bpe_simple_vocab_16e6.txt.gz", "vocab.txt", "ids.json"})
      EXPECT_THAT(e.what(), testing::HasSubstr(file));
  }
}

}  // namespace
}  // namespace rnb
