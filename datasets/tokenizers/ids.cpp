// Data that is made of tokens: "3 17 9".

#include <charconv>

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/sha256.h"
#include "datasets/tokenizer.h"
#include "datasets/tokenizers/tokenizer_file.h"

namespace rnb {
namespace {

class IdsTokenizer : public Tokenizer {
 public:
  explicit IdsTokenizer(int32_t vocab_size) : vocab_size_(vocab_size) {}
  std::string kind() const override { return "ids"; }
  int32_t vocab_size() const override { return vocab_size_; }
  int32_t bos_id() const override { return -1; }
  int32_t eos_id() const override { return -1; }

  std::vector<int32_t> encode(std::string_view text) const override {
    std::vector<int32_t> out;
    for (const char *at = text.data(), *const end = at + text.size(); at < end;) {
      if (*at == ' ') {
        ++at;
        continue;
      }
      int32_t id = -1;
      const auto [next, code] = std::from_chars(at, end, id);
      if (code != std::errc() || id < 0 || id >= vocab_size_ || (next < end && *next != ' '))
        fail("ids", "'{}' is not made of token ids 0..{} with spaces between them", shown(text),
             vocab_size_ - 1);
      out.push_back(id);
      at = next;
    }
    return out;
  }

  std::string decode(std::span<const int32_t> ids) const override {
    for (const int32_t id : ids)
      if (id < 0 || id >= vocab_size_)
        fail("ids", "token id {} is outside the vocabulary of {}", id, vocab_size_);
    return fmt::format("{}", fmt::join(ids, " "));
  }
  void save(const std::filesystem::path& folder) const override {
    write_file_atomic(folder / "ids.json", text());
  }
  std::string digest() const override { return sha256_hex(text()); }

 private:
  std::string text() const { return nlohmann::json{{"vocab_size", vocab_size_}}.dump() + "\n"; }
  int32_t vocab_size_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_ids_tokenizer(int32_t vocab_size) {
  if (vocab_size < 1) fail("ids", "vocabulary size {}; expected at least 1", vocab_size);
  return std::make_unique<IdsTokenizer>(vocab_size);
}

}  // namespace rnb
