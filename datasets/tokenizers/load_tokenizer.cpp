// Which tokenizer a folder holds.

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/tokenizer.h"
#include "datasets/tokenizers/tokenizer_file.h"
#include "datasets/tokenizers/tokenizer_json.h"
#include "datasets/tokenizers/vocabulary_files.h"

namespace rnb {
namespace {

std::unique_ptr<Tokenizer> load_ids_tokenizer(const std::filesystem::path& file) {
  read_tokenizer_file(file);  // for its check of the size
  const auto size = json_field<int64_t>(read_json_file(file), "vocab_size", file.string());
  if (size < 1 || size > INT32_MAX)
    fail("ids", "{}: \"vocab_size\" is {}; expected 1 to {}", file.string(), size, INT32_MAX);
  return make_ids_tokenizer(static_cast<int32_t>(size));
}

}  // namespace

std::unique_ptr<Tokenizer> load_gpt2_tokenizer(const std::filesystem::path& folder) {
  return load_vocabulary_files(folder);
}

std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& folder) {
  const auto has = [&](const char* name) { return std::filesystem::exists(folder / name); };
  if (has("sentencepiece.model")) return load_sentencepiece_tokenizer(folder / "sentencepiece.model");
  if (has("tokenizer.json")) return load_tokenizer_json(folder);  // it says most
  if (has("vocab.json") && has("merges.txt")) return load_vocabulary_files(folder);
  for (const char* name : {"bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt"})
    if (has(name)) return load_clip_tokenizer(folder / name);
  if (has("vocab.txt")) return load_wordpiece_tokenizer(folder / "vocab.txt");
  if (has("ids.json")) return load_ids_tokenizer(folder / "ids.json");
  fail("tokenizer",
       "{}: expected tokenizer.json, or sentencepiece.model, or vocab.json with merges.txt, or "
       "bpe_simple_vocab_16e6.txt.gz, or vocab.txt, or ids.json in it",
       folder.string());
}

}  // namespace rnb
