#pragma once
// `rnb sweep FILE`: a grid of experiments.

#include <string>
#include <vector>

namespace rnb {

int sweep_command(const std::vector<std::string>& args);

}  // namespace rnb
