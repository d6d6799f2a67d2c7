#pragma once
// Reading the files that make up a tokenizer.

#include <filesystem>
#include <string>
#include <string_view>

namespace rnb {

// The whole file; throws Error when it is missing, not a plain file, or larger than any real vocabulary.
std::string read_tokenizer_file(const std::filesystem::path& file);

// Text from a file, cut to a length that fits into a message.
std::string shown(std::string_view text);

}  // namespace rnb
