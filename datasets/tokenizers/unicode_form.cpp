#include "datasets/tokenizers/unicode_form.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "base/error.h"
#include "datasets/tokenizers/code_points.h"

namespace rnb {
namespace {

constexpr int32_t kCodePoints = 0x110000, kFirstNotNfc = 0x300;

struct Range {
  int32_t first, last;
};

// Marks that utf8proc orders, and letters that it composes, which came after Unicode 9.
constexpr std::array kYoung{
    Range{0x7FD, 0x7FD},     Range{0x898, 0x89F},     Range{0x8CA, 0x8D3},     Range{0x9FE, 0x9FE},
    Range{0xC3C, 0xC3C},     Range{0xD3B, 0xD3C},     Range{0xEBA, 0xEBA},     Range{0xECE, 0xECE},
    Range{0x1715, 0x1715},   Range{0x1ABF, 0x1ACE},   Range{0x1DF6, 0x1DFA},   Range{0xA82C, 0xA82C},
    Range{0x10D24, 0x10D27}, Range{0x10EAB, 0x10EAC}, Range{0x10EFD, 0x10EFF}, Range{0x10F46, 0x10F50},
    Range{0x10F82, 0x10F85}, Range{0x11070, 0x11070}, Range{0x1133B, 0x1133B}, Range{0x1145E, 0x1145E},
    Range{0x11839, 0x1183A}, Range{0x11930, 0x11930}, Range{0x11938, 0x11938}, Range{0x1193D, 0x1193E},
    Range{0x11943, 0x11943}, Range{0x119E0, 0x119E0}, Range{0x11A34, 0x11A34}, Range{0x11A47, 0x11A47},
    Range{0x11A99, 0x11A99}, Range{0x11D42, 0x11D42}, Range{0x11D44, 0x11D45}, Range{0x11D97, 0x11D97},
    Range{0x11F41, 0x11F42}, Range{0x16FF0, 0x16FF1}, Range{0x1E08F, 0x1E08F}, Range{0x1E130, 0x1E136},
    Range{0x1E2AE, 0x1E2AE}, Range{0x1E2EC, 0x1E2EF}, Range{0x1E4EC, 0x1E4EF}};

bool is_young(int32_t code) {
  const auto it = std::ranges::lower_bound(kYoung, code, {}, &Range::last);
  return it != kYoung.end() && it->first <= code;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Characters that NFC neither changes, moves nor joins to one before them.
std::vector<bool> inert_in_nfc() {
  std::vector<bool> inert(kCodePoints, true);
  for (int32_t c = kFirstNotNfc; c < kCodePoints; ++c) {
    const auto* const property = utf8proc_get_property(c);
    const auto at = static_cast<size_t>(c);
    if (property->combining_class != 0) inert[at] = false;
    if (property->decomp_seqindex == UINT16_MAX || property->decomp_type != 0) continue;
    inert[at] = false;
    std::array<utf8proc_int32_t, 16> parts{};
    int boundary = 0;
    const auto n = utf8proc_decompose_char(
        c, parts.data(), parts.size(), static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_STABLE),
        &boundary);
    if (n > 1) inert[static_cast<size_t>(parts[static_cast<size_t>(n) - 1])] = false;
  }
  for (int32_t c = 0x1161; c <= 0x11C2; ++c)
    inert[static_cast<size_t>(c)] = false;  // vowels and finals of Hangul
  return inert;
}

bool is_nfc_already(std::string_view text) {
  if (is_ascii(text)) return true;
  static const std::vector<bool> kInert = inert_in_nfc();
  for (size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0xCC) {  // below U+0300
      ++at;
      continue;
    }
    const CodePoint c = code_point_at(text, at);
    if (!kInert[static_cast<size_t>(c.code)]) return false;
    at += c.bytes;
  }
  return true;
}

// Appends a piece without young characters.
void append_mapped(std::string_view text, int options, std::string& out) {
  if (text.empty()) return;
  utf8proc_uint8_t* made = nullptr;
  const auto n = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                              static_cast<utf8proc_ssize_t>(text.size()), &made,
                              static_cast<utf8proc_option_t>(options));
  RNB_ASSERT(n >= 0);
  out.append(reinterpret_cast<const char*>(made), static_cast<size_t>(n));
  std::free(made);
}

}  // namespace

std::string_view to_unicode_form(UnicodeForm form, std::string_view text, std::string& buffer) {
  if (form == UnicodeForm::Nfc ? is_nfc_already(text) : is_ascii(text)) return text;
  const bool composed = form == UnicodeForm::Nfc || form == UnicodeForm::Nfkc,
             compatible = form == UnicodeForm::Nfkc || form == UnicodeForm::Nfkd;
  const int options = UTF8PROC_STABLE | (composed ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE) |
                      (compatible ? UTF8PROC_COMPAT : 0);
  std::string out;
  out.reserve(text.size());
  size_t done = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    if (is_young(c.code)) {
      append_mapped(text.substr(done, at - done), options, out);
      out.append(text, at, c.bytes);
      done = at + c.bytes;
    }
    at += c.bytes;
  }
  append_mapped(text.substr(done), options, out);
  buffer = std::move(out);
  return buffer;
}

}  // namespace rnb
