#pragma once
// `rnb fetch`: the original data sets and models.

#include <string>
#include <vector>

namespace rnb {

int fetch_command(const std::vector<std::string>& args);

}  // namespace rnb
