#pragma once
// Texts that tokenizers disagree about, made up from a seed.

#include <cstdint>
#include <string>
#include <vector>

namespace rnb {

// Emoji with joiners, scripts of every kind, marks in any order, control characters, unassigned code points,
// Hangul in parts, white space, contractions and names of control tokens.
std::vector<std::string> hard_texts(uint64_t seed, int64_t count);

// Each code point that is or may soon be assigned, after characters of each kind, so that its own kind shows.
std::vector<std::string> every_code_point();

}  // namespace rnb
