// Which tokenizer a folder holds.

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/tokenizer.h"
#include "datasets/tokenizers/tokenizer_file.h"

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

std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& folder) {
  const auto has = [&](const char* name) { return std::filesystem::exists(folder / name); };
  if (has("sentencepiece.model")) return load_sentencepiece_tokenizer(folder / "sentencepiece.model");
  if (has("vocab.json") && has("merges.txt")) return load_gpt2_tokenizer(folder);
  if (has("vocab.txt")) return load_wordpiece_tokenizer(folder / "vocab.txt");
  if (has("ids.json")) return load_ids_tokenizer(folder / "ids.json");
  fail("tokenizer",
       "{}: expected sentencepiece.model, or vocab.json with merges.txt, or vocab.txt, or ids.json in it",
       folder.string());
}

}  // namespace rnb
