#include "datasets/sources/path_list.h"

namespace rnb {

std::string path_list(const std::vector<std::filesystem::path>& paths) {
  std::string out;
  for (const auto& path : paths) out += (out.empty() ? "" : ", ") + path.string();
  return out;
}

}  // namespace rnb
