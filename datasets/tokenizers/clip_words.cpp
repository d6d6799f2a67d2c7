#include "datasets/tokenizers/code_point_kinds.h"
#include "datasets/tokenizers/word_splitter.h"

namespace rnb {
namespace {

class ClipWords : public WordSplitter {
 public:
  explicit ClipWords(ControlNames names) : names_(names) {}

  void split(std::string_view text, Words& words) const override {
    for (size_t at = run_end(text, 0, Kind::Space); at < text.size();) {
      const size_t end = word_end(text, at);
      words.push_back(text.substr(at, end - at));
      at = run_end(text, end, Kind::Space);
    }
  }

 private:
  size_t word_end(std::string_view text, size_t at) const {
    if (names_ == ControlNames::Whole)
      for (const std::string_view name : {"<|startoftext|>", "<|endoftext|>"})
        if (text.substr(at).starts_with(name)) return at + name.size();
    if (const size_t bytes = contraction(text.substr(at))) return at + bytes;
    const Character first = character_at(text, at);
    if (first.kind == Kind::Number) return at + first.bytes;
    return run_end(text, at, first.kind);
  }

  ControlNames names_;
};

}  // namespace

std::unique_ptr<WordSplitter> clip_words(ControlNames names) {
  return std::make_unique<ClipWords>(names);
}

}  // namespace rnb
