#include "datasets/tokenizers/byte_bpe.h"

#include <mutex>
#include <utility>

#include "base/error.h"
#include "datasets/tokenizers/byte_level.h"
#include "datasets/tokenizers/tokenizer_file.h"

namespace rnb {
namespace {

constexpr size_t kMostKept = 1 << 18, kLongestKept = 64;  // words, bytes

}  // namespace

void TokenTable::add(std::string token, int64_t id, std::string_view where) {
  if (id < 0 || id >= kMostTokens)
    fail("tokenizer", "{}: token '{}' has id {}; expected 0 to {}", where, shown(token), id, kMostTokens - 1);
  const auto place = static_cast<size_t>(id);
  if (place >= tokens_.size()) {
    tokens_.resize(place + 1);
    present_.resize(place + 1);
  }
  const auto [it, fresh] = ids_.try_emplace(token, static_cast<int32_t>(id));
  if (!fresh && it->second != id)
    fail("tokenizer", "{}: token '{}' has the ids {} and {}", where, shown(token), it->second, id);
  if (present_[place] && tokens_[place] != token)
    fail("tokenizer", "{}: '{}' and '{}' have one id, {}", where, shown(tokens_[place]), shown(token), id);
  present_[place] = true;
  tokens_[place] = std::move(token);
}

int32_t TokenTable::find(std::string_view token) const {
  const auto it = ids_.find(token);
  return it == ids_.end() ? -1 : it->second;
}

ByteBpe::ByteBpe(TokenTable tokens, BpeOptions options, const std::string& where)
    : tokens_(std::move(tokens)), options_(std::move(options)) {
  const auto stand_ins = byte_stand_ins();
  for (size_t b = 0; b < 256; ++b) {
    append_code_point(stand_ins_[b], stand_ins[b]);
    byte_ids_[b] = tokens_.find(stand_ins_[b]);
    last_byte_ids_[b] = tokens_.find(stand_ins_[b] + options_.suffix);
    if (byte_ids_[b] < 0 || last_byte_ids_[b] < 0)
      fail("tokenizer", "{}: byte {} has no token; is this a byte-level vocabulary?", where, b);
  }
}

void ByteBpe::add_merge(std::string_view left, std::string_view right, std::string_view where) {
  const std::string joint = std::string(left).append(right);
  const int32_t a = tokens_.find(left), b = tokens_.find(right), ab = tokens_.find(joint);
  if (a < 0 || b < 0 || ab < 0)
    fail("tokenizer", "{}: '{}' + '{}' is not in the vocabulary; are the two from one tokenizer?", where,
         shown(left), shown(right));
  merges_.set(a, b, rank_++, ab);
}

std::vector<int32_t> ByteBpe::encode_word(std::string_view word) const {
  if (options_.whole_words_first) {
    std::string text;
    for (const char c : word) text += stand_ins_[static_cast<unsigned char>(c)];
    if (const int32_t id = tokens_.find(text); id >= 0) return {id};
  }
  std::vector<int32_t> ids;
  ids.reserve(word.size());
  for (const char c : word) ids.push_back(byte_ids_[static_cast<unsigned char>(c)]);
  ids.back() = last_byte_ids_[static_cast<unsigned char>(word.back())];
  merges_.apply(ids);
  return ids;
}

void ByteBpe::encode(const Words& words, std::vector<int32_t>& out) const {
  std::vector<std::pair<std::string_view, std::vector<int32_t>>> fresh;
  {
    const std::shared_lock lock(words_mutex_);
    for (const std::string_view word : words) {
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
  if (fresh.empty()) return;
  const std::unique_lock lock(words_mutex_);
  for (auto& [word, ids] : fresh)
    if (words_.size() < kMostKept) words_.try_emplace(std::string(word), std::move(ids));
}

}  // namespace rnb
