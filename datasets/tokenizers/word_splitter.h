#pragma once
// How a tokenizer cuts text into words before byte-pair encoding.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rnb {

using Words = std::vector<std::string_view>;

class WordSplitter {
 public:
  virtual ~WordSplitter() = default;
  // Appends the words of a text, which must be valid UTF-8. None is empty.
  virtual void split(std::string_view text, Words& words) const = 0;
};

// Byte-level's own pattern: GPT-2's
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
std::unique_ptr<WordSplitter> gpt2_words();

// Qwen2's, and with most_digits 3 Llama 3's:
//   (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,most_digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|
//   \s*[\r\n]+|\s+(?!\S)|\s+
std::unique_ptr<WordSplitter> qwen2_words(int most_digits);

// CLIP's; white space between the words is dropped:
//   's|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+
// Whole: <|startoftext|> and <|endoftext|> stay in one piece where a word starts with them.
enum class ControlNames { Split, Whole };
std::unique_ptr<WordSplitter> clip_words(ControlNames names);

// Which pieces of a text become words where a pattern cuts it: its matches, what lies between them, or both.
enum class KeptPieces { Both, Matches, Gaps };
// By a regular expression, as Split does in `tokenizers`. The patterns above have code of their own, others
// go to PCRE2; throws Error starting with `where` for one that it does not understand.
std::unique_ptr<WordSplitter> pattern_words(const std::string& pattern, KeptPieces keep,
                                            const std::string& where);

// Each splitter cuts the words of the one before it.
std::unique_ptr<WordSplitter> chained_words(std::vector<std::unique_ptr<WordSplitter>> stages);

}  // namespace rnb
