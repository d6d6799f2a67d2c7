#include "datasets/tokenizers/code_point_kinds.h"

#include <algorithm>

#include "datasets/tokenizers/code_points.h"

namespace rnb {
namespace {

struct Range {
  int32_t first, last;
  Kind kind;
};

// Letters and numbers of Unicode 15.1 and 16.0, which Hugging Face's pattern knows and utf8proc 2.8 does not.
constexpr std::array kNewer{
    Range{0x1C89, 0x1C8A, Kind::Letter},   Range{0xA7CB, 0xA7CD, Kind::Letter},
    Range{0xA7DA, 0xA7DC, Kind::Letter},   Range{0x105C0, 0x105F3, Kind::Letter},
    Range{0x10D40, 0x10D49, Kind::Number}, Range{0x10D4A, 0x10D65, Kind::Letter},
    Range{0x10D6F, 0x10D85, Kind::Letter}, Range{0x10EC2, 0x10EC4, Kind::Letter},
    Range{0x11380, 0x11389, Kind::Letter}, Range{0x1138B, 0x1138B, Kind::Letter},
    Range{0x1138E, 0x1138E, Kind::Letter}, Range{0x11390, 0x113B5, Kind::Letter},
    Range{0x113B7, 0x113B7, Kind::Letter}, Range{0x113D1, 0x113D1, Kind::Letter},
    Range{0x113D3, 0x113D3, Kind::Letter}, Range{0x116D0, 0x116E3, Kind::Number},
    Range{0x11BC0, 0x11BE0, Kind::Letter}, Range{0x11BF0, 0x11BF9, Kind::Number},
    Range{0x13460, 0x143FA, Kind::Letter}, Range{0x16100, 0x1611D, Kind::Letter},
    Range{0x16130, 0x16139, Kind::Number}, Range{0x16D40, 0x16D6C, Kind::Letter},
    Range{0x16D70, 0x16D79, Kind::Number}, Range{0x18CFF, 0x18CFF, Kind::Letter},
    Range{0x1CCF0, 0x1CCF9, Kind::Number}, Range{0x1E5D0, 0x1E5ED, Kind::Letter},
    Range{0x1E5F0, 0x1E5F0, Kind::Letter}, Range{0x1E5F1, 0x1E5FA, Kind::Number},
    Range{0x2EBF0, 0x2EE5D, Kind::Letter},
};

bool is_white_space(int32_t c) {  // Unicode's White_Space property
  return (c >= 9 && c <= 13) || c == 32 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

}  // namespace

Kind kind_of(int32_t code) {
  if (is_white_space(code)) return Kind::Space;
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return Kind::Letter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Kind::Number;
    case UTF8PROC_CATEGORY_CN: {
      const auto it = std::ranges::lower_bound(kNewer, code, {}, &Range::last);
      return it != kNewer.end() && it->first <= code ? it->kind : Kind::Other;
    }
    default:
      return Kind::Other;
  }
}

Character character_at_multibyte(std::string_view text, size_t at) {
  const CodePoint c = code_point_at(text, at);
  return {kind_of(c.code), c.bytes};
}

size_t contraction(std::string_view text) {
  if (text.size() < 2 || text[0] != '\'') return 0;
  const char a = text[1], b = text.size() > 2 ? text[2] : '\0';
  if (a == 's' || a == 't' || a == 'm' || a == 'd') return 2;
  return (a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l') ? 3 : 0;
}

}  // namespace rnb
