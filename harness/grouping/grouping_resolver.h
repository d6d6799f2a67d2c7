#pragma once
// A grouping expression -> the grouping, made and saved beside the store when it is not there yet.

#include <string>

#include "datasets/store/grouping.h"
#include "harness/grouping/resolve_options.h"

namespace rnb {

// Prints the grouping's warnings to standard error. UsageError when the expression is not understood, Error
// when the grouping cannot be made; Stopped when a stop signal came while a model was trained for it: that
// run goes on where it was cut when this is called again.
Grouping resolve_grouping(const Store& store, const std::string& expression,
                          const ResolveOptions& options = {});

}  // namespace rnb
