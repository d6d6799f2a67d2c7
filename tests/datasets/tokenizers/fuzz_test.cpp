// Tokenizer files that were damaged at random must load or throw Error; nothing else.

#include "tests/base/fuzz.h"

#include "base/json_file.h"
#include "datasets/tokenizer.h"
#include "reference_data.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

// Damages one file of a tokenizer's folder, loads it and uses it.
void fuzz_file(const fs::path& folder, const std::string& file, uint64_t rounds) {
  const ScratchFolder scratch;
  fs::copy(folder, scratch.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  const std::string good = read_text_file(scratch.path() / file);
  fuzz(file, rounds, [&](Rng& rng) {
    scratch.write(file, damaged(good, rng));
    accepted([&] {
      const auto tokenizer = load_tokenizer(scratch.path());
      for (const int32_t id : tokenizer->encode("The cat's na\u00efve 123\n\u4e2d")) {
        ASSERT_GE(id, 0);
        ASSERT_LT(id, tokenizer->vocab_size());
      }
      tokenizer->decode(std::vector<int32_t>{0, 1, tokenizer->vocab_size() - 1});
    });
  });
}

TEST(Fuzz, Gpt2Vocabulary) {
  fuzz_file(fixtures() / "gpt2_small", "vocab.json", 100);
}

TEST(Fuzz, Gpt2Merges) {
  fuzz_file(fixtures() / "gpt2_small", "merges.txt", 100);
}

TEST(Fuzz, WordPieceVocabulary) {
  fuzz_file(fixtures() / "wordpiece_small", "vocab.txt", 100);
}

TEST(Fuzz, SentencePieceModel) {
  const ScratchFolder folder;
  train_sentencepiece({"a text to train a small model on"}, 300)->save(folder.path());
  fuzz_file(folder.path(), "sentencepiece.model", 60);
}

TEST(Fuzz, TokenIds) {
  const ScratchFolder folder;
  make_ids_tokenizer(100)->save(folder.path());
  fuzz_file(folder.path(), "ids.json", 100);
}

}  // namespace
}  // namespace rnb
