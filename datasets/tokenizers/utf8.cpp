#include "base/error.h"
#include "datasets/tokenizer.h"

namespace rnb {
namespace {

// Length of the valid sequence that starts at `at` (RFC 3629: no overlong forms, surrogates, or values past
// U+10FFFF); 0 if none.
size_t sequence_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return static_cast<unsigned char>(at + i < text.size() ? text[at + i] : 0);
  };
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned char a = byte(0), b = byte(1);
  if (a < 0x80) return 1;
  if (a >= 0xC2 && a <= 0xDF) return continues(1) ? 2 : 0;
  if (a >= 0xE0 && a <= 0xEF) {
    if (!continues(1) || !continues(2) || (a == 0xE0 && b < 0xA0) || (a == 0xED && b > 0x9F)) return 0;
    return 3;
  }
  if (a >= 0xF0 && a <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3) || (a == 0xF0 && b < 0x90) || (a == 0xF4 && b > 0x8F))
      return 0;
    return 4;
  }
  return 0;
}

}  // namespace

void require_utf8(std::string_view text, std::string_view where) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = sequence_length(text, at);
    if (length == 0)
      fail("utf-8",
           "{}: byte 0x{:02x} at offset {} is not valid UTF-8; convert the file, or drop the row with "
           "--skip-bad",
           where, static_cast<unsigned char>(text[at]), at);
    at += length;
  }
}

}  // namespace rnb
