// GPT-2's byte-level BPE from vocab.json and merges.txt: the same ids as Hugging Face's `tokenizers`.

#include <algorithm>
#include <array>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/sha256.h"
#include "datasets/tokenizer.h"
#include "datasets/tokenizers/bpe_merges.h"
#include "datasets/tokenizers/code_points.h"
#include "datasets/tokenizers/gpt2_words.h"
#include "datasets/tokenizers/tokenizer_file.h"

namespace rnb {
namespace {

constexpr int32_t kStandIns = 0x144;  // one past the largest stand-in

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

class Gpt2Tokenizer : public Tokenizer {
 public:
  Gpt2Tokenizer(std::string vocab, std::string merges, const std::string& where)
      : vocab_text_(std::move(vocab)), merges_text_(std::move(merges)), stand_ins_(byte_stand_ins()) {
    read_vocab(where + "/vocab.json");
    read_merges(where + "/merges.txt");
    bytes_of_.fill(-1);
    for (size_t b = 0; b < 256; ++b) {
      std::string text;
      append_code_point(text, stand_ins_[b]);
      const auto it = ids_.find(text);
      if (it == ids_.end())
        fail("gpt2", "{}/vocab.json: byte {} has no token; is this a byte-level vocabulary?", where, b);
      byte_ids_[b] = it->second;
      bytes_of_[static_cast<size_t>(stand_ins_[b])] = static_cast<int>(b);
    }
  }

  std::string kind() const override { return "gpt2"; }
  int32_t vocab_size() const override { return static_cast<int32_t>(tokens_.size()); }
  int32_t bos_id() const override { return end_of_text_; }
  int32_t eos_id() const override { return end_of_text_; }

  // A special token's name in the text is text like any other: it is spelled out.
  std::vector<int32_t> encode(std::string_view text) const override {
    require_utf8(text, "text");
    std::vector<int32_t> out;
    out.reserve(text.size() / 3);
    std::vector<std::pair<std::string_view, std::vector<int32_t>>> fresh;
    {
      const std::shared_lock lock(words_mutex_);
      for (size_t at = 0; at < text.size();) {
        const std::string_view word = text.substr(at, gpt2_word_end(text, at) - at);
        at += word.size();
        const auto known = words_.find(word);
        if (known != words_.end()) {
          out.insert(out.end(), known->second.begin(), known->second.end());
          continue;
        }
        auto ids = encode_word(word);
        out.insert(out.end(), ids.begin(), ids.end());
        if (word.size() <= kLongestKept) fresh.emplace_back(word, std::move(ids));
      }
    }
    if (!fresh.empty()) {
      const std::unique_lock lock(words_mutex_);
      for (auto& [word, ids] : fresh)
        if (words_.size() < kMostKept) words_.try_emplace(std::string(word), std::move(ids));
    }
    return out;
  }

  std::string decode(std::span<const int32_t> ids) const override {
    std::string out;
    for (const int32_t id : ids) {
      if (id < 0 || id >= vocab_size())
        fail("gpt2", "token id {} is outside the vocabulary of {}", id, vocab_size());
      if (id == end_of_text_) continue;
      each_code_point(tokens_[static_cast<size_t>(id)], [&](int32_t code) {
        const int byte = code < kStandIns ? bytes_of_[static_cast<size_t>(code)] : -1;
        if (byte < 0) {
          append_code_point(out, code);
        } else {
          out += static_cast<char>(byte);
        }
      });
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
  void read_vocab(const std::string& where) {
    nlohmann::json json;
    try {
      json = nlohmann::json::parse(vocab_text_);
    } catch (const nlohmann::json::exception& e) {
      fail("gpt2", "{}: is not valid JSON: {}", where, e.what());
    }
    if (!json.is_object() || json.empty()) fail("gpt2", "{}: expected an object of token -> id", where);
    tokens_.resize(json.size());
    std::vector<bool> seen(json.size());
    for (const auto& [token, id] : json.items()) {
      if (!id.is_number_integer() || id < 0 || id >= json.size() || seen[id.get<size_t>()])
        fail("gpt2", "{}: token '{}' has id {}; expected each of 0..{} once", where, shown(token),
             shown(id.dump()), json.size() - 1);
      seen[id.get<size_t>()] = true;
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
             line_number, shown(a), shown(b));
      merges_.set(ia->second, ib->second, rank++, iab->second);
    }
  }

  std::vector<int32_t> encode_word(std::string_view word) const {
    std::vector<int32_t> ids;
    ids.reserve(word.size());
    for (const char c : word) ids.push_back(byte_ids_[static_cast<unsigned char>(c)]);
    merges_.apply(ids);
    return ids;
  }

  static constexpr size_t kMostKept = 1 << 18, kLongestKept = 64;  // words, bytes
  std::string vocab_text_, merges_text_;
  std::vector<std::string> tokens_;
  std::unordered_map<std::string, int32_t> ids_;
  BpeMerges merges_;
  std::array<int32_t, 256> stand_ins_, byte_ids_{};
  std::array<int, kStandIns> bytes_of_{};  // -1: stands for no byte
  int32_t end_of_text_ = -1;
  mutable std::shared_mutex words_mutex_;
  mutable std::unordered_map<std::string, std::vector<int32_t>, TextHash, std::equal_to<>> words_;
};

}  // namespace

std::unique_ptr<Tokenizer> load_gpt2_tokenizer(const std::filesystem::path& folder) {
  return std::make_unique<Gpt2Tokenizer>(read_tokenizer_file(folder / "vocab.json"),
                                         read_tokenizer_file(folder / "merges.txt"), folder.string());
}

}  // namespace rnb
