#pragma once
// How GPT-2 cuts text into words before byte-pair encoding.

#include <cstddef>
#include <string_view>

namespace rnb {

// End of the word that starts at `at` < text.size(), by GPT-2's pattern
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
// The text must be valid UTF-8.
size_t gpt2_word_end(std::string_view text, size_t at);

}  // namespace rnb
