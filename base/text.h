#pragma once
// Small cuts of text.

#include <string>
#include <string_view>
#include <vector>

namespace rnb {

// Without white space (blank, tab, line ends, form feed, vertical tab) at its two ends, as Python's
// str.strip() of ASCII.
std::string_view trimmed(std::string_view text);

// What stands between line feeds; a last one ends the last line. A carriage return stays.
std::vector<std::string> lines_of(std::string_view text);

}  // namespace rnb
