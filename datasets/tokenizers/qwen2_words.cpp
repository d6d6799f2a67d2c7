#include "datasets/tokenizers/code_point_kinds.h"
#include "datasets/tokenizers/word_splitter.h"

namespace rnb {
namespace {

// The contractions in either case; U+017F (long s) folds to s.
size_t any_case_contraction(std::string_view text) {
  if (text.size() < 2 || text[0] != '\'') return 0;
  const auto lower = [&](size_t i) {
    const char c = i < text.size() ? text[i] : '\0';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  };
  const char a = lower(1), b = lower(2);
  if (a == 's' || a == 't' || a == 'm' || a == 'd') return 2;
  if ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l')) return 3;
  return text.substr(1).starts_with("\xC5\xBF") ? 3 : 0;
}

class Qwen2Words : public WordSplitter {
 public:
  explicit Qwen2Words(int most_digits) : most_digits_(most_digits) {}

  void split(std::string_view text, Words& words) const override {
    for (size_t at = 0; at < text.size();) {
      const size_t end = word_end(text, at);
      words.push_back(text.substr(at, end - at));
      at = end;
    }
  }

 private:
  size_t word_end(std::string_view text, size_t at) const {
    const Character first = character_at(text, at);
    if (first.kind == Kind::Letter) return run_end(text, at + first.bytes, Kind::Letter);
    if (first.kind == Kind::Number) return digits_end(text, at);
    if (const size_t bytes = any_case_contraction(text.substr(at))) return at + bytes;
    const size_t after = at + first.bytes;
    const Kind second = character_at(text, after).kind;
    const bool breaks = text[at] == '\r' || text[at] == '\n';
    if (second == Kind::Letter && !breaks) return run_end(text, after, Kind::Letter);
    if (first.kind == Kind::Other || (text[at] == ' ' && second == Kind::Other)) {
      size_t end = run_end(text, after, Kind::Other);
      while (end < text.size() && (text[end] == '\r' || text[end] == '\n')) ++end;
      return end;
    }
    return space_end(text, at);
  }

  size_t digits_end(std::string_view text, size_t at) const {
    Character c = character_at(text, at);
    for (int n = 0; n < most_digits_ && c.kind == Kind::Number; ++n) c = character_at(text, at += c.bytes);
    return at;
  }

  // To the last line break of the run of white space; without one, all but its last character, unless the
  // text ends here or it is the only one.
  static size_t space_end(std::string_view text, size_t at) {
    size_t end = at, last = at, broken = at;
    for (Character c = character_at(text, end); c.kind == Kind::Space; c = character_at(text, end)) {
      last = end;
      end += c.bytes;
      if (text[last] == '\r' || text[last] == '\n') broken = end;
    }
    if (broken > at) return broken;
    return end < text.size() && last > at ? last : end;
  }

  int most_digits_;
};

}  // namespace

std::unique_ptr<WordSplitter> qwen2_words(int most_digits) {
  return std::make_unique<Qwen2Words>(most_digits);
}

}  // namespace rnb
