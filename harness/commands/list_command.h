#pragma once
// `rnb list methods|datasets|models`: what this program knows.

#include <string>
#include <vector>

namespace rnb {

int list_command(const std::vector<std::string>& args);

}  // namespace rnb
