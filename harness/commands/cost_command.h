#pragma once
// `rnb cost`: the formulas of what methods cost, and what runs were measured to cost.

#include <string>
#include <vector>

namespace rnb {

int cost_command(const std::vector<std::string>& args);

}  // namespace rnb
