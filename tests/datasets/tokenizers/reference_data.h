#pragma once
// Strings with ids by Hugging Face's `tokenizers` (tests/oracle/tokenizer_fixtures.py), and the original
// files.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rnb {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct ReferenceRow {
  std::string text;
  std::vector<int32_t> ids;
};

// Of fixtures() / <folder> / ids.jsonl: by a small tokenizer.json, names of control tokens as text and as
// tokens.
struct JsonRow {
  std::string text;
  std::vector<int32_t> ids, with_specials;
};
std::vector<JsonRow> json_rows(const std::string& folder);

std::filesystem::path fixtures();
// `tokenizer`: gpt2_small, wordpiece_small, gpt2 or bert_uncased.
std::vector<ReferenceRow> reference_rows(const std::string& tokenizer);

// Unpacks `member` of RNB_DATA_DIR/<archive>; nothing when RNB_DATA_DIR is unset.
std::optional<std::filesystem::path> unpacked(const TemporaryFolder& folder, const std::string& archive,
                                              const std::string& member);

}  // namespace rnb
