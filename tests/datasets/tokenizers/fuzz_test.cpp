// Tokenizer files that were damaged at random must load or throw Error; nothing else.

#include "tests/base/fuzz.h"

#include "base/json_file.h"
#include "datasets/tokenizer.h"
#include "tests/base/scratch_folder.h"
#include "tests/datasets/tokenizers/reference_data.h"

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

TEST(Fuzz, TokenizerJson) {
  for (const char* name : {"modernbert_small", "clip_small", "pcre_small"})
    fuzz_file(fixtures() / name, "tokenizer.json", 100);
}

// Damage in the components, which are few bytes beside the vocabulary.
TEST(Fuzz, TokenizerJsonComponents) {
  const ScratchFolder scratch;
  for (const char* name : {"modernbert_small", "clip_small", "pcre_small"}) {
    const std::string good = read_text_file(fixtures() / name / "tokenizer.json");
    const size_t model = good.find("\"model\":");
    ASSERT_NE(model, std::string::npos);
    fuzz(name, 300, [&](Rng& rng) {
      scratch.write("tokenizer.json", damaged(good.substr(0, model), rng) + good.substr(model));
      accepted(
          [&] { load_tokenizer(scratch.path())->encode_with_specials("The [MASK]  cat's\t1<|endoftext|>"); });
    });
  }
}

TEST(Fuzz, ClipMerges) {
  const std::string good = "#version: 0.2\ni n\nt h\na n\nth e</w>\n";
  const ScratchFolder scratch;
  fuzz("clip", 100, [&](Rng& rng) {
    scratch.write("bpe_simple_vocab_16e6.txt", damaged(good, rng));
    accepted([&] { load_tokenizer(scratch.path())->encode("in the"); });
    scratch.write("bpe_simple_vocab_16e6.txt.gz", damaged("\x1f\x8b\x08 not really gzip", rng));
    accepted([&] { load_tokenizer(scratch.path()); });
    std::filesystem::remove(scratch.path() / "bpe_simple_vocab_16e6.txt.gz");
  });
}

TEST(Fuzz, WordPieceJson) {
  const ScratchFolder folder;
  folder.write("tokenizer.json", R"({"normalizer": {"type": "BertNormalizer", "lowercase": true},
    "pre_tokenizer": {"type": "BertPreTokenizer"}, "model": {"type": "WordPiece", "unk_token": "[UNK]",
    "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "cat": 4, "##s": 5}}})");
  fuzz_file(folder.path(), "tokenizer.json", 200);
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
