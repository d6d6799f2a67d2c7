#include "datasets/tokenizers/code_point_kinds.h"
#include "datasets/tokenizers/word_splitter.h"

namespace rnb {
namespace {

class Gpt2Words : public WordSplitter {
 public:
  void split(std::string_view text, Words& words) const override {
    for (size_t at = 0; at < text.size();) {
      const size_t end = word_end(text, at);
      words.push_back(text.substr(at, end - at));
      at = end;
    }
  }

 private:
  static size_t word_end(std::string_view text, size_t at) {
    if (const size_t bytes = contraction(text.substr(at))) return at + bytes;
    size_t start = at;
    Character run = character_at(text, at);
    if (text[at] == ' ') {
      const Character second = character_at(text, at + 1);
      if (second.kind != Kind::Space && second.kind != Kind::End) {
        start = at + 1;
        run = second;
      }
    }
    size_t end = start, last = start;
    for (Character c = run; c.kind == run.kind; c = character_at(text, end)) {
      last = end;
      end += c.bytes;
    }
    // White space before a word leaves its last character to the word, unless it is all there is.
    return run.kind == Kind::Space && end < text.size() && last > start ? last : end;
  }
};

}  // namespace

std::unique_ptr<WordSplitter> gpt2_words() {
  return std::make_unique<Gpt2Words>();
}

}  // namespace rnb
