#pragma once
// Byte-level byte-pair encoding of words, and the vocabulary it works with.

#include <array>
#include <cstdint>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "datasets/tokenizers/bpe_merges.h"
#include "datasets/tokenizers/code_points.h"
#include "datasets/tokenizers/word_splitter.h"

namespace rnb {

// Tokens by id, with holes where an id has none.
class TokenTable {
 public:
  static constexpr int64_t kMostTokens = 1 << 22;
  // Throws Error starting with `where` when the id is out of range or taken, or the token has another id
  // already.
  void add(std::string token, int64_t id, std::string_view where);
  int32_t find(std::string_view token) const;                            // -1: none
  int32_t size() const { return static_cast<int32_t>(tokens_.size()); }  // largest id + 1
  bool has(int32_t id) const { return id >= 0 && id < size() && present_[static_cast<size_t>(id)]; }
  const std::string& at(int32_t id) const { return tokens_[static_cast<size_t>(id)]; }

 private:
  std::vector<std::string> tokens_;
  std::vector<bool> present_;
  std::unordered_map<std::string, int32_t, TextHash, std::equal_to<>> ids_;
};

struct BpeOptions {
  std::string suffix;              // of a word's last symbol: "" or CLIP's "</w>"
  bool whole_words_first = false;  // a word that is a token is not spelled out ("ignore_merges")
};

// Encoding is thread-safe. Words that were seen are remembered, up to a limit.
class ByteBpe {
 public:
  // Throws Error starting with `where` unless each byte has a token.
  ByteBpe(TokenTable tokens, BpeOptions options, const std::string& where);
  // In order of rank. Throws Error starting with `where` where the two or their joint are no tokens.
  void add_merge(std::string_view left, std::string_view right, std::string_view where);

  void encode(const Words& words, std::vector<int32_t>& out) const;
  const TokenTable& tokens() const { return tokens_; }
  const std::string& suffix() const { return options_.suffix; }

 private:
  std::vector<int32_t> encode_word(std::string_view word) const;

  TokenTable tokens_;
  BpeOptions options_;
  BpeMerges merges_;
  int32_t rank_ = 0;
  std::array<int32_t, 256> byte_ids_{}, last_byte_ids_{};  // within a word, at its end
  std::array<std::string, 256> stand_ins_;
  mutable std::shared_mutex words_mutex_;
  mutable std::unordered_map<std::string, std::vector<int32_t>, TextHash, std::equal_to<>> words_;
};

}  // namespace rnb
