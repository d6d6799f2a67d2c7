#include "datasets/tokenizers/added_tokens.h"

#include <algorithm>

#include "datasets/tokenizers/code_point_kinds.h"
#include "datasets/tokenizers/code_points.h"

namespace rnb {
namespace {

// \w: letters, marks, decimal numbers, connecting punctuation.
bool is_word(int32_t code) {
  const auto category = utf8proc_category(code);
  return kind_of(code) == Kind::Letter || category == UTF8PROC_CATEGORY_MN ||
         category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME ||
         category == UTF8PROC_CATEGORY_ND || category == UTF8PROC_CATEGORY_PC;
}

size_t last_start(std::string_view text) {
  size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

bool touches_word(std::string_view text, size_t begin, size_t end) {
  return (begin > 0 && is_word(code_point_at(text, last_start(text.substr(0, begin))).code)) ||
         (end < text.size() && is_word(code_point_at(text, end).code));
}

}  // namespace

void AddedTokens::add(AddedToken token) {
  if (token.content.empty()) return;
  lengths_[static_cast<unsigned char>(token.content.front())].insert(token.content.size());
  by_id_[token.id] = tokens_.size();
  by_content_[token.content] = tokens_.size();
  tokens_.push_back(std::move(token));
}

const AddedToken* AddedTokens::find(int32_t id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : &tokens_[it->second];
}

const AddedToken* AddedTokens::longest_at(std::string_view text, size_t at) const {
  for (const size_t length : lengths_[static_cast<unsigned char>(text[at])]) {
    if (length > text.size() - at) continue;
    if (const auto it = by_content_.find(text.substr(at, length)); it != by_content_.end())
      return &tokens_[it->second];
  }
  return nullptr;
}

void AddedTokens::cut(std::string_view text, Specials specials, std::vector<TextPiece>& pieces) const {
  size_t done = 0;
  for (size_t at = 0; !tokens_.empty() && at < text.size();) {
    const AddedToken* const token = longest_at(text, at);
    if (!token) {
      ++at;
      continue;
    }
    size_t begin = at, end = at + token->content.size();
    at = end;  // also past one that does not count
    if (token->special && specials == Specials::AsText) continue;
    if (token->single_word && touches_word(text, begin, end)) continue;
    if (token->lstrip)
      while (begin > done) {
        const size_t before = last_start(text.substr(0, begin));
        if (before < done || character_at(text, before).kind != Kind::Space) break;
        begin = before;
      }
    if (token->rstrip) end = run_end(text, end, Kind::Space);
    if (begin > done) pieces.push_back({text.substr(done, begin - done)});
    pieces.push_back({text.substr(begin, end - begin), token->id});
    at = done = end;
  }
  if (done < text.size()) pieces.push_back({text.substr(done)});
}

}  // namespace rnb
