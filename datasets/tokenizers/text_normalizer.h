#pragma once
// What a tokenizer does to a text before anything else.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "datasets/tokenizers/regex.h"
#include "datasets/tokenizers/unicode_form.h"

namespace rnb {

struct LowerCase {};
struct ReplaceText {
  std::string from, to;
};
struct ReplacePattern {
  Regex from;
  std::string to;
};
struct CollapseSpaces {};  // each run of white space becomes one space
using NormalizerStep = std::variant<UnicodeForm, LowerCase, ReplaceText, ReplacePattern, CollapseSpaces>;

class TextNormalizer {
 public:
  void add(NormalizerStep step) { steps_.push_back(std::move(step)); }
  bool empty() const { return steps_.empty(); }
  // The text itself where nothing changes, else `buffer`, which then holds the new text. The text must be
  // valid UTF-8. Like `tokenizers`, except for what Unicode versions say of their youngest characters.
  std::string_view apply(std::string_view text, std::string& buffer) const;

 private:
  std::vector<NormalizerStep> steps_;
};

}  // namespace rnb
