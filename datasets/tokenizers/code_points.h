#pragma once
// Walking over the code points of text that is known to be valid UTF-8.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <utf8proc.h>

#include "base/error.h"

namespace rnb {

struct CodePoint {
  int32_t code = 0;
  size_t bytes = 0;
};

inline CodePoint code_point_at(std::string_view text, size_t at) {
  CodePoint c;
  const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                  static_cast<utf8proc_ssize_t>(text.size() - at), &c.code);
  RNB_ASSERT(n > 0);  // require_utf8 came first
  c.bytes = static_cast<size_t>(n);
  return c;
}

inline void append_code_point(std::string& out, int32_t code) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto n = utf8proc_encode_char(code, bytes.data());
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<size_t>(n));
}

template <typename Visit>
void each_code_point(std::string_view text, const Visit& visit) {
  for (size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    visit(c.code);
    at += c.bytes;
  }
}

// Strings as keys that are looked up by a view, without a copy.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace rnb
