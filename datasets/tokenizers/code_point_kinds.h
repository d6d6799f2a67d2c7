#pragma once
// The classes of code points that byte-level tokenizers cut text by.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rnb {

// Letter: \p{L}. Number: \p{N}. Space: Unicode's White_Space. End: past the last character of a text.
enum class Kind : uint8_t { Letter, Number, Space, Other, End };

struct Character {
  Kind kind = Kind::End;
  size_t bytes = 0;
};

Kind kind_of(int32_t code);
Character character_at_multibyte(std::string_view text, size_t at);

// `text` must be valid UTF-8 and `at` the start of a character, or past the end.
inline Character character_at(std::string_view text, size_t at) {
  static constexpr std::array<Kind, 128> kAscii = [] {
    std::array<Kind, 128> kinds{};
    for (size_t c = 0; c < 128; ++c) {
      const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      const bool number = c >= '0' && c <= '9', space = (c >= 9 && c <= 13) || c == 32;
      kinds[c] = letter ? Kind::Letter : number ? Kind::Number : space ? Kind::Space : Kind::Other;
    }
    return kinds;
  }();
  if (at >= text.size()) return {};
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 128) return {kAscii[byte], 1};
  return character_at_multibyte(text, at);
}

// One past the run of characters of one kind that starts at `at`; `at` where there is none.
inline size_t run_end(std::string_view text, size_t at, Kind kind) {
  for (Character c = character_at(text, at); c.kind == kind; c = character_at(text, at)) at += c.bytes;
  return at;
}

// Bytes of 's 't 're 've 'm 'll 'd at the start of the text, else 0.
size_t contraction(std::string_view text);

}  // namespace rnb
