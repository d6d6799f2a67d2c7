#pragma once
// Which of a task's linear layers a choice of layers means.

#include <cstddef>
#include <string>
#include <vector>

#include "methods/core/layer_choice.h"

namespace rnb {

// `names`: the linear layers in forward order; `last`: how many of the last ones a model's output is made of.
// UsageError where a pattern matches none. LayerChoice::Kind::All is not a choice of linear layers: not to be
// asked for.
std::vector<std::string> tracked_layers(const LayerChoice& choice, const std::vector<std::string>& names,
                                        size_t last = 1);

}  // namespace rnb
