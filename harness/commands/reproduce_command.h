#pragma once
#include <string>
#include <vector>

namespace rnb {

// rnb reproduce SETTING: the runs of experiments/paper/SETTING.ini, and what they measure beside what the
// paper prints.
int reproduce_command(const std::vector<std::string>& args);

}  // namespace rnb
