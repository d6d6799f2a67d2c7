// GPT-2's byte-level BPE from vocab.json and merges.txt: the same ids as Hugging Face's `tokenizers`.

#include <algorithm>
#include <array>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include <utf8proc.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/sha256.h"
#include "datasets/tokenizer.h"

namespace rnb {
namespace {

void append_utf8(std::string& out, int32_t code) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto n = utf8proc_encode_char(code, bytes.data());
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<size_t>(n));
}

// GPT-2's printable stand-ins for the 256 bytes: itself where printable, else U+0100 onwards.
std::array<int32_t, 256> byte_stand_ins() {
  std::array<int32_t, 256> out{};
  int32_t extra = 0;
  for (int32_t b = 0; b < 256; ++b) {
    const bool printable = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
    out[static_cast<size_t>(b)] = printable ? b : 256 + extra++;
  }
  return out;
}

enum class Kind { Letter, Number, Space, Other, End };

struct Character {
  Kind kind = Kind::End;
  int32_t code = 0;
  size_t bytes = 0;
};

bool is_white_space(int32_t c) {  // Unicode's White_Space property
  return (c >= 9 && c <= 13) || c == 32 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

Character character_at(std::string_view text, size_t at) {
  if (at >= text.size()) return {};
  int32_t code = 0;
  const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                  static_cast<utf8proc_ssize_t>(text.size() - at), &code);
  RNB_ASSERT(n > 0);  // require_utf8 came first
  Character c{Kind::Other, code, static_cast<size_t>(n)};
  if (is_white_space(code)) {
    c.kind = Kind::Space;
    return c;
  }
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      c.kind = Kind::Letter;
      break;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      c.kind = Kind::Number;
      break;
    default:
      break;
  }
  return c;
}

// End of the word that starts at `at`, by GPT-2's pattern
// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
size_t word_end(std::string_view text, size_t at) {
  for (const std::string_view suffix : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})
    if (text.substr(at).starts_with(suffix)) return at + suffix.size();
  const Character first = character_at(text, at);
  size_t start = at;
  Character run = first;
  if (first.code == ' ') {
    const Character second = character_at(text, at + 1);
    if (second.kind != Kind::Space && second.kind != Kind::End) {
      start = at + 1;
      run = second;
    }
  }
  size_t end = start, last = start;
  for (Character c = run; c.kind == run.kind && c.kind != Kind::End; c = character_at(text, end)) {
    last = end;
    end += c.bytes;
  }
  // White space before a word leaves its last character to the word, unless it is all there is.
  if (run.kind == Kind::Space && end < text.size() && last > start) return last;
  return end;
}

class Gpt2Tokenizer : public Tokenizer {
 public:
  Gpt2Tokenizer(std::string vocab, std::string merges, const std::string& where)
      : vocab_text_(std::move(vocab)), merges_text_(std::move(merges)), stand_ins_(byte_stand_ins()) {
    read_vocab(where + "/vocab.json");
    read_merges(where + "/merges.txt");
    for (size_t b = 0; b < 256; ++b) {
      std::string text;
      append_utf8(text, stand_ins_[b]);
      const auto it = ids_.find(text);
      if (it == ids_.end())
        fail("gpt2", "{}/vocab.json: byte {} has no token; is this a byte-level vocabulary?", where, b);
      byte_ids_[b] = it->second;
      bytes_of_[stand_ins_[b]] = static_cast<char>(b);
    }
  }

  std::string kind() const override { return "gpt2"; }
  int32_t vocab_size() const override { return static_cast<int32_t>(tokens_.size()); }
  int32_t bos_id() const override { return end_of_text_; }
  int32_t eos_id() const override { return end_of_text_; }

  std::vector<int32_t> encode(std::string_view text) const override {
    require_utf8(text, "text");
    std::vector<int32_t> out;
    for (size_t at = 0; at < text.size();) {
      const size_t end = word_end(text, at);
      append_word(text.substr(at, end - at), out);
      at = end;
    }
    return out;
  }

  std::string decode(std::span<const int32_t> ids) const override {
    std::string out;
    for (const int32_t id : ids) {
      if (id < 0 || id >= vocab_size())
        fail("gpt2", "token id {} is outside the vocabulary of {}", id, vocab_size());
      if (id == end_of_text_) continue;
      const std::string& token = tokens_[static_cast<size_t>(id)];
      for (size_t at = 0; at < token.size();) {
        const Character c = character_at(token, at);
        const auto it = bytes_of_.find(c.code);
        if (it == bytes_of_.end()) {
          out.append(token, at, c.bytes);
        } else {
          out += it->second;
        }
        at += c.bytes;
      }
    }
    return out;
  }

  void save(const std::filesystem::path& folder) const override {
    write_file_atomic(folder / "vocab.json", vocab_text_);
    write_file_atomic(folder / "merges.txt", merges_text_);
  }
  std::string digest() const override {
    return sha256_hex(sha256_hex(vocab_text_) + sha256_hex(merges_text_));
  }

 private:
  static uint64_t pair_key(int32_t a, int32_t b) {
    return (static_cast<uint64_t>(static_cast<uint32_t>(a)) << 32) | static_cast<uint32_t>(b);
  }

  void read_vocab(const std::string& where) {
    nlohmann::json json;
    try {
      json = nlohmann::json::parse(vocab_text_);
    } catch (const nlohmann::json::exception& e) {
      fail("gpt2", "{}: is not valid JSON: {}", where, e.what());
    }
    if (!json.is_object() || json.empty()) fail("gpt2", "{}: expected an object of token -> id", where);
    tokens_.resize(json.size());
    for (const auto& [token, id] : json.items()) {
      if (!id.is_number_integer() || id < 0 || id >= json.size() || !tokens_[id.get<size_t>()].empty())
        fail("gpt2", "{}: token '{}' has id {}; expected each of 0..{} once", where, token, id.dump(),
             json.size() - 1);
      require_utf8(token, where);
      tokens_[id.get<size_t>()] = token;
      ids_[token] = id.get<int32_t>();
    }
    const auto it = ids_.find("<|endoftext|>");
    end_of_text_ = it == ids_.end() ? -1 : it->second;
  }

  void read_merges(const std::string& where) {
    int32_t rank = 0;
    size_t line_number = 0;
    for (size_t at = 0; at < merges_text_.size();) {
      const size_t end = std::min(merges_text_.find('\n', at), merges_text_.size());
      std::string_view line(merges_text_.data() + at, end - at);
      at = end + 1;
      ++line_number;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.empty() || (line_number == 1 && line.starts_with("#version"))) continue;
      const size_t space = line.find(' ');
      if (space == std::string_view::npos || space == 0 || space + 1 == line.size())
        fail("gpt2", "{}:{}: expected two tokens with a space between them", where, line_number);
      const std::string a(line.substr(0, space)), b(line.substr(space + 1));
      const auto ia = ids_.find(a), ib = ids_.find(b), iab = ids_.find(a + b);
      if (ia == ids_.end() || ib == ids_.end() || iab == ids_.end())
        fail("gpt2", "{}:{}: '{}' + '{}' is not in vocab.json; are the two files from one tokenizer?", where,
             line_number, a, b);
      merges_.try_emplace(pair_key(ia->second, ib->second), Merge{rank++, iab->second});
    }
  }

  void append_word(std::string_view word, std::vector<int32_t>& out) const {
    {
      const std::shared_lock lock(cache_mutex_);
      const auto it = cache_.find(std::string(word));
      if (it != cache_.end()) {
        out.insert(out.end(), it->second.begin(), it->second.end());
        return;
      }
    }
    const auto ids = merge(word);
    out.insert(out.end(), ids.begin(), ids.end());
    const std::unique_lock lock(cache_mutex_);
    if (cache_.size() < kCacheWords && word.size() < 64) cache_.emplace(std::string(word), ids);
  }

  // The pair of lowest rank is joined again and again, leftmost first. A heap would pay only for very long
  // words.
  std::vector<int32_t> merge(std::string_view word) const {
    std::vector<int32_t> ids;
    for (const char c : word) ids.push_back(byte_ids_[static_cast<unsigned char>(c)]);
    while (ids.size() > 1) {
      Merge best{INT32_MAX, 0};
      for (size_t i = 0; i + 1 < ids.size(); ++i) {
        const auto it = merges_.find(pair_key(ids[i], ids[i + 1]));
        if (it != merges_.end() && it->second.rank < best.rank) best = it->second;
      }
      if (best.rank == INT32_MAX) break;
      size_t kept = 0;
      for (size_t i = 0; i < ids.size(); ++kept) {
        bool joined = false;
        if (i + 1 < ids.size()) {
          const auto it = merges_.find(pair_key(ids[i], ids[i + 1]));
          joined = it != merges_.end() && it->second.rank == best.rank;
        }
        ids[kept] = joined ? best.id : ids[i];
        i += joined ? 2 : 1;
      }
      ids.resize(kept);
    }
    return ids;
  }

  struct Merge {
    int32_t rank = 0, id = 0;
  };
  static constexpr size_t kCacheWords = 1 << 18;
  std::string vocab_text_, merges_text_;
  std::vector<std::string> tokens_;
  std::unordered_map<std::string, int32_t> ids_;
  std::unordered_map<uint64_t, Merge> merges_;
  std::array<int32_t, 256> stand_ins_, byte_ids_{};
  std::unordered_map<int32_t, char> bytes_of_;
  int32_t end_of_text_ = -1;
  mutable std::shared_mutex cache_mutex_;
  mutable std::unordered_map<std::string, std::vector<int32_t>> cache_;
};

}  // namespace

std::unique_ptr<Tokenizer> load_gpt2_tokenizer(const std::filesystem::path& folder) {
  return std::make_unique<Gpt2Tokenizer>(read_text_file(folder / "vocab.json"),
                                         read_text_file(folder / "merges.txt"), folder.string());
}

}  // namespace rnb
