#include "datasets/tokenizers/text_normalizer.h"

#include <algorithm>
#include <array>

#include "datasets/tokenizers/code_point_kinds.h"
#include "datasets/tokenizers/code_points.h"

namespace rnb {
namespace {

struct YoungCase {
  int32_t first, last, shift;
};

// Capitals of Unicode 16 and 17, which utf8proc 2.8 does not know.
constexpr std::array kYoungCases{
    YoungCase{0x1C89, 0x1C89, 1},    YoungCase{0xA7CB, 0xA7CB, -42343}, YoungCase{0xA7CC, 0xA7CC, 1},
    YoungCase{0xA7CE, 0xA7CE, 1},    YoungCase{0xA7D2, 0xA7D2, 1},      YoungCase{0xA7D4, 0xA7D4, 1},
    YoungCase{0xA7DA, 0xA7DA, 1},    YoungCase{0xA7DC, 0xA7DC, -42561}, YoungCase{0x10D50, 0x10D65, 32},
    YoungCase{0x16EA0, 0x16EB8, 27},
};

int32_t lower_case(int32_t c) {
  if (c >= kYoungCases.front().first) {
    const auto it = std::ranges::lower_bound(kYoungCases, c, {}, &YoungCase::last);
    if (it != kYoungCases.end() && it->first <= c) return c + it->shift;
  }
  return utf8proc_tolower(c);
}

std::string_view lowered(std::string_view text, std::string& buffer) {
  std::string out;
  out.reserve(text.size());
  each_code_point(text, [&](int32_t c) {
    if (c < 0x80) {
      out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    } else if (c == 0x130) {
      out += "i\xCC\x87";  // the one letter whose lower case is two characters
    } else {
      append_code_point(out, lower_case(c));
    }
  });
  buffer = std::move(out);
  return buffer;
}

std::string_view collapsed(std::string_view text, std::string& buffer) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    if (c.kind == Kind::Space) {
      out += ' ';
      at = run_end(text, at, Kind::Space);
    } else {
      out.append(text, at, c.bytes);
      at += c.bytes;
    }
  }
  buffer = std::move(out);
  return buffer;
}

std::string_view replaced(const ReplaceText& step, std::string_view text, std::string& buffer) {
  size_t found = text.find(step.from);
  if (found == std::string_view::npos) return text;
  std::string out;
  size_t done = 0;
  for (; found != std::string_view::npos; found = text.find(step.from, done)) {
    out.append(text, done, found - done).append(step.to);
    done = found + step.from.size();
  }
  out.append(text, done);
  buffer = std::move(out);
  return buffer;
}

std::string_view replaced(const ReplacePattern& step, std::string_view text, std::string& buffer) {
  std::string out;
  size_t done = 0;
  for (size_t at = 0; at <= text.size();) {
    const Regex::Match match = step.from.find(text, at);
    if (!match.found) break;
    out.append(text, done, match.begin - done).append(step.to);
    done = match.end;
    if (match.end > match.begin) {
      at = match.end;
    } else {  // after an empty match the next character stays
      if (match.end >= text.size()) break;
      at = match.end + code_point_at(text, match.end).bytes;
    }
  }
  out.append(text, done);
  buffer = std::move(out);
  return buffer;
}

}  // namespace

std::string_view TextNormalizer::apply(std::string_view text, std::string& buffer) const {
  for (const NormalizerStep& step : steps_) {
    if (const auto* form = std::get_if<UnicodeForm>(&step)) {
      text = to_unicode_form(*form, text, buffer);
    } else if (std::holds_alternative<LowerCase>(step)) {
      text = lowered(text, buffer);
    } else if (std::holds_alternative<CollapseSpaces>(step)) {
      text = collapsed(text, buffer);
    } else if (const auto* plain = std::get_if<ReplaceText>(&step)) {
      text = replaced(*plain, text, buffer);
    } else {
      text = replaced(std::get<ReplacePattern>(step), text, buffer);
    }
  }
  return text;
}

}  // namespace rnb
