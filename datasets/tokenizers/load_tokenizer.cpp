// Which tokenizer a folder holds.

#include <cstdint>

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/tokenizer.h"
#include "datasets/tokenizers/tokenizer_file.h"
#include "datasets/tokenizers/tokenizer_json.h"
#include "datasets/tokenizers/vocabulary_files.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

std::unique_ptr<Tokenizer> load_ids_tokenizer(const fs::path& file) {
  read_tokenizer_file(file);  // for its check of the size
  const auto size = json_field<int64_t>(read_json_file(file), "vocab_size", file.string());
  if (size < 1 || size > INT32_MAX)
    fail("ids", "{}: \"vocab_size\" is {}; expected 1 to {}", file.string(), size, INT32_MAX);
  return make_ids_tokenizer(static_cast<int32_t>(size));
}

using Loaded = std::unique_ptr<Tokenizer>;

struct Kind {
  const char* file;     // by which a folder is recognised
  const char* with_it;  // that must lie beside it; nullptr: nothing
  Loaded (*load)(const fs::path& file);
};

Loaded load_json(const fs::path& file) {
  return load_tokenizer_json(file.parent_path());
}
Loaded load_vocabulary(const fs::path& file) {
  return load_vocabulary_files(file.parent_path());
}
Loaded load_clip(const fs::path& file) {
  return load_clip_tokenizer(file);
}

// The first that fits is taken: a folder may hold several, of which tokenizer.json says more than older
// files.
constexpr Kind kKinds[] = {
    {"sentencepiece.model", nullptr, load_sentencepiece_tokenizer},
    {"tokenizer.json", nullptr, load_json},
    {"vocab.json", "merges.txt", load_vocabulary},
    {"bpe_simple_vocab_16e6.txt.gz", nullptr, load_clip},
    {"bpe_simple_vocab_16e6.txt", nullptr, load_clip},
    {"vocab.txt", nullptr, load_wordpiece_tokenizer},
    {"ids.json", nullptr, load_ids_tokenizer},
};

}  // namespace

std::unique_ptr<Tokenizer> load_gpt2_tokenizer(const fs::path& folder) {
  return load_vocabulary_files(folder);
}

std::unique_ptr<Tokenizer> load_tokenizer(const fs::path& folder) {
  std::string expected;
  for (const Kind& kind : kKinds) {
    if (fs::exists(folder / kind.file) && (!kind.with_it || fs::exists(folder / kind.with_it)))
      return kind.load(folder / kind.file);
    expected += fmt::format("{}{}", expected.empty() ? "" : ", or ", kind.file);
    if (kind.with_it) expected += fmt::format(" with {}", kind.with_it);
  }
  fail("tokenizer", "{}: expected {} in it", folder.string(), expected);
}

}  // namespace rnb
