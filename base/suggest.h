#pragma once
// "did you mean": the closest of a list of names.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rnb {

int edit_distance(std::string_view a, std::string_view b);  // Damerau-Levenshtein, adjacent transpositions

// " (did you mean 'x'?)" when a name is close enough, else "; expected one of a, b, c".
std::string suggestion(std::string_view given, const std::vector<std::string>& known);

}  // namespace rnb
