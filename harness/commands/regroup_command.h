#pragma once
// `rnb regroup`: makes a grouping of a store and shows it.

#include <string>
#include <vector>

namespace rnb {

int regroup_command(const std::vector<std::string>& args);

}  // namespace rnb
