#pragma once
// Words of a command line as a reader may paste them into a POSIX shell.

#include <string>
#include <vector>

namespace rnb {

// Within single quotes where the shell would read the word otherwise.
std::string shell_word(const std::string& word);
std::string shell_line(const std::vector<std::string>& words);  // with spaces between them

}  // namespace rnb
