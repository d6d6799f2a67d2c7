#pragma once
// Unicode's normal forms, as Hugging Face's `tokenizers` makes them.

#include <string>
#include <string_view>

namespace rnb {

enum class UnicodeForm { Nfc, Nfd, Nfkc, Nfkd };

// The text itself where it is in that form already, else `buffer`, which then holds it in that form. The text
// must be valid UTF-8. The tables of `tokenizers` end at Unicode 9: marks younger than that stay where they
// are, and nothing is moved past them.
std::string_view to_unicode_form(UnicodeForm form, std::string_view text, std::string& buffer);

}  // namespace rnb
