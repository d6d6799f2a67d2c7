#pragma once
// Paths in a message.

#include <filesystem>
#include <string>
#include <vector>

namespace rnb {

std::string path_list(const std::vector<std::filesystem::path>& paths);  // "a/x.txt, b/x.txt"

}  // namespace rnb
