#pragma once
// `rnb embed`: an encoder's vectors of token ids or of the lines of a file.

#include <string>
#include <vector>

namespace rnb {

int embed_command(const std::vector<std::string>& args);

}  // namespace rnb
