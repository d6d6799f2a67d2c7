#include "datasets/tokenizers/bert_words.h"

#include <cstdlib>
#include <memory>

#include "datasets/tokenizers/code_points.h"

namespace rnb {
namespace {

// Starts at U+2B920 where BERT's own code says U+2B820: Hugging Face's `tokenizers` does.
bool is_cjk(int32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
         (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
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
         category == UTF8PROC_CATEGORY_CO;
}

// NFD without combining marks, lower case.
std::string plain_lower(const std::string& text) {
  utf8proc_uint8_t* decomposed = nullptr;
  const auto n = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                              static_cast<utf8proc_ssize_t>(text.size()), &decomposed,
                              static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_STABLE));
  RNB_ASSERT(n >= 0);
  std::string out;
  each_code_point({reinterpret_cast<const char*>(decomposed), static_cast<size_t>(n)}, [&](int32_t c) {
    if (utf8proc_category(c) != UTF8PROC_CATEGORY_MN) append_code_point(out, utf8proc_tolower(c));
  });
  std::free(decomposed);
  return out;
}

}  // namespace

std::vector<std::string> bert_words(std::string_view text) {
  std::string clean;
  each_code_point(text, [&](int32_t c) {
    if (is_space(c)) {
      clean += ' ';
    } else if (c == 0 || c == 0xFFFD || is_control(c)) {
    } else if (is_cjk(c)) {
      clean += ' ';
      append_code_point(clean, c);
      clean += ' ';
    } else {
      append_code_point(clean, c);
    }
  });
  std::vector<std::string> words;
  bool open = false;
  each_code_point(plain_lower(clean), [&](int32_t c) {
    if (is_space(c)) {
      open = false;
      return;
    }
    const bool alone = is_punctuation(c);
    if (!open || alone) words.emplace_back();
    append_code_point(words.back(), c);
    open = !alone;
  });
  return words;
}

}  // namespace rnb
