#pragma once
// `rnb eval`: the loss of a Hugging Face folder on token ids or on a prepared store.

#include <string>
#include <vector>

namespace rnb {

int eval_command(const std::vector<std::string>& args);

}  // namespace rnb
