// BERT's uncased WordPiece: the same ids as Hugging Face's BertTokenizer.

#include <array>
#include <unordered_map>

#include <utf8proc.h>

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/tokenizer.h"

namespace rnb {
namespace {

bool is_cjk(int32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
         (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B820 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

bool is_punctuation(int32_t c) {
  if ((c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126))
    return true;
  const auto category = utf8proc_category(c);
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

bool is_space(int32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || utf8proc_category(c) == UTF8PROC_CATEGORY_ZS ||
         c == 0x2028 || c == 0x2029;
}

bool is_control(int32_t c) {
  const auto category = utf8proc_category(c);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
         category == UTF8PROC_CATEGORY_CO || category == UTF8PROC_CATEGORY_CS ||
         category == UTF8PROC_CATEGORY_CN;
}

void append(std::string& out, int32_t c) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto n = utf8proc_encode_char(c, bytes.data());
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<size_t>(n));
}

template <typename Visit>
void each_character(std::string_view text, const Visit& visit) {
  for (size_t at = 0; at < text.size();) {
    int32_t c = 0;
    const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                    static_cast<utf8proc_ssize_t>(text.size() - at), &c);
    RNB_ASSERT(n > 0);
    visit(c);
    at += static_cast<size_t>(n);
  }
}

// NFD without combining marks, lower case.
std::string plain_lower(const std::string& text) {
  utf8proc_uint8_t* decomposed = nullptr;
  const auto n = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                              static_cast<utf8proc_ssize_t>(text.size()), &decomposed,
                              static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_STABLE));
  RNB_ASSERT(n >= 0);
  std::string out;
  each_character({reinterpret_cast<const char*>(decomposed), static_cast<size_t>(n)}, [&](int32_t c) {
    if (utf8proc_category(c) != UTF8PROC_CATEGORY_MN) append(out, utf8proc_tolower(c));
  });
  std::free(decomposed);
  return out;
}

// Cleans, spaces out CJK, folds, and splits at white space and punctuation.
std::vector<std::string> words_of(std::string_view text) {
  std::string clean;
  each_character(text, [&](int32_t c) {
    if (is_space(c)) {
      clean += ' ';
    } else if (c == 0 || c == 0xFFFD || is_control(c)) {
    } else if (is_cjk(c)) {
      clean += ' ';
      append(clean, c);
      clean += ' ';
    } else {
      append(clean, c);
    }
  });
  std::vector<std::string> words;
  bool open = false;
  each_character(plain_lower(clean), [&](int32_t c) {
    if (is_space(c)) {
      open = false;
      return;
    }
    const bool alone = is_punctuation(c);
    if (!open || alone) words.emplace_back();
    append(words.back(), c);
    open = !alone;
  });
  return words;
}

}  // namespace

struct WordPieceTokenizer::Tables {
  std::unordered_map<std::string, int32_t> ids;
  int32_t cls = 0, sep = 0, unknown = 0, pad = 0;
};

WordPieceTokenizer::WordPieceTokenizer(const std::filesystem::path& file)
    : tables_(std::make_unique<Tables>()) {
  const std::string text = read_text_file(file);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string token = text.substr(at, end - at);
    if (token.ends_with('\r')) token.pop_back();
    tables_->ids.emplace(std::move(token), static_cast<int32_t>(tables_->ids.size()));
    at = end + 1;
  }
  const auto special = [&](const char* name) {
    const auto it = tables_->ids.find(name);
    if (it == tables_->ids.end())
      fail("wordpiece", "{}: has no {}; is this BERT's vocab.txt?", file.string(), name);
    return it->second;
  };
  tables_->cls = special("[CLS]");
  tables_->sep = special("[SEP]");
  tables_->unknown = special("[UNK]");
  tables_->pad = special("[PAD]");
}

WordPieceTokenizer::~WordPieceTokenizer() = default;
int32_t WordPieceTokenizer::vocab_size() const {
  return static_cast<int32_t>(tables_->ids.size());
}
int32_t WordPieceTokenizer::pad_id() const {
  return tables_->pad;
}

WordPieceEncoding WordPieceTokenizer::encode(std::string_view text, int64_t max_length) const {
  require_utf8(text, "text");
  constexpr size_t kLongestWord = 100;  // characters; longer words are unknown
  WordPieceEncoding out;
  out.ids.push_back(tables_->cls);
  for (const std::string& word : words_of(text)) {
    std::vector<int32_t> pieces;
    size_t characters = 0;
    each_character(word, [&](int32_t) { ++characters; });
    for (size_t start = 0; characters <= kLongestWord && start < word.size();) {
      size_t end = word.size();
      int32_t id = -1;
      for (; end > start; --end) {
        if (end < word.size() && (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80)
          continue;  // inside a character
        const auto it = tables_->ids.find((start > 0 ? "##" : "") + word.substr(start, end - start));
        if (it != tables_->ids.end()) {
          id = it->second;
          break;
        }
      }
      if (id < 0) {
        pieces.clear();
        break;
      }
      pieces.push_back(id);
      start = end;
    }
    if (pieces.empty()) pieces.push_back(tables_->unknown);
    out.ids.insert(out.ids.end(), pieces.begin(), pieces.end());
  }
  if (static_cast<int64_t>(out.ids.size()) + 1 > max_length) {
    out.ids.resize(static_cast<size_t>(max_length - 1));
    out.cut = true;
  }
  out.ids.push_back(tables_->sep);
  return out;
}

}  // namespace rnb
