#pragma once
// A grouping expression -> the grouping, made and saved beside the store when it is not there yet.

#include <string>

#include "datasets/grouping.h"

namespace rnb {

Grouping resolve_grouping(const Store& store, const std::string& expression);

}  // namespace rnb
