#pragma once
// `rnb replay METHOD FILE`: a method over the signals that a run recorded, without a model.

#include <string>
#include <vector>

namespace rnb {

int replay_command(const std::vector<std::string>& args);

}  // namespace rnb
