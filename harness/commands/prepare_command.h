#pragma once
// `rnb prepare`: source files -> prepared store.

#include <string>
#include <vector>

namespace rnb {

int prepare_command(const std::vector<std::string>& args);

}  // namespace rnb
