#pragma once
// How BERT (uncased) cuts text into words before WordPiece.

#include <string>
#include <string_view>
#include <vector>

namespace rnb {

// Drops control characters, puts spaces around CJK characters, strips accents, lowers case, and splits at
// white space and around punctuation, as Hugging Face's `tokenizers` does. The text must be valid UTF-8.
// Known to differ: marks and punctuation younger than Unicode 8, where their tables stop, and the case of
// letters younger than Unicode 15, where utf8proc 2.8 stops. BERT's vocabulary has none of them.
std::vector<std::string> bert_words(std::string_view text);

}  // namespace rnb
