#include "datasets/tokenizers/bpe_tokenizer.h"

#include <algorithm>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/sha256.h"
#include "datasets/tokenizers/byte_level.h"

namespace rnb {

BpeTokenizer::BpeTokenizer(BpeParts parts)
    : parts_(std::move(parts)), vocab_size_(parts_.bpe->tokens().size()) {
  for (const AddedTokens* added : {&parts_.raw, &parts_.normalized})
    for (const AddedToken& token : added->all()) vocab_size_ = std::max(vocab_size_, token.id + 1);
}

std::vector<int32_t> BpeTokenizer::encode(std::string_view text) const {
  return encode(text, Specials::AsText);
}

std::vector<int32_t> BpeTokenizer::encode_with_specials(std::string_view text) const {
  return encode(text, Specials::AsTokens);
}

std::vector<int32_t> BpeTokenizer::encode(std::string_view text, Specials specials) const {
  require_utf8(text, "text");
  std::vector<int32_t> out;
  out.reserve(text.size() / 3);
  std::vector<TextPiece> raw, pieces;
  Words words;
  std::string normal, spaced;
  parts_.raw.cut(text, specials, raw);
  for (const TextPiece& piece : raw) {
    if (piece.id >= 0) {
      out.push_back(piece.id);
      continue;
    }
    pieces.clear();
    parts_.normalized.cut(parts_.normalizer.apply(piece.text, normal), specials, pieces);
    for (const TextPiece& part : pieces) {
      if (part.id >= 0) {
        out.push_back(part.id);
        continue;
      }
      std::string_view plain = part.text;
      if (parts_.prefix_space && !plain.starts_with(' ')) plain = spaced.assign(" ").append(plain);
      words.clear();
      parts_.words->split(plain, words);
      parts_.bpe->encode(words, out);
    }
  }
  return out;
}

std::string BpeTokenizer::decode(std::span<const int32_t> ids) const {
  const TokenTable& tokens = parts_.bpe->tokens();
  const std::string& suffix = parts_.bpe->suffix();
  std::string out;
  for (const int32_t id : ids) {
    const AddedToken* added = parts_.raw.find(id);
    if (!added) added = parts_.normalized.find(id);
    if (added) {
      if (!added->special) out += added->content;
      continue;
    }
    if (!tokens.has(id)) fail(parts_.kind, "token id {} is not in the vocabulary of {}", id, vocab_size_);
    std::string_view token = tokens.at(id);
    const bool ends_word = !suffix.empty() && token.ends_with(suffix);
    if (ends_word) token.remove_suffix(suffix.size());
    append_token_bytes(out, token);
    if (ends_word) out += ' ';
  }
  if (!suffix.empty() && out.ends_with(' ')) out.pop_back();
  return out;
}

void BpeTokenizer::save(const std::filesystem::path& folder) const {
  for (const auto& [name, content] : parts_.files) write_file_atomic(folder / name, content);
}

std::string BpeTokenizer::digest() const {
  std::string all;
  for (const auto& [name, content] : parts_.files) all += sha256_hex(content);
  return sha256_hex(all);
}

}  // namespace rnb
