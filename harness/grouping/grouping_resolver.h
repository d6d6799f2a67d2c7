#pragma once
// A grouping expression -> the grouping, made and saved beside the store when it is not there yet.

#include <string>

#include "datasets/store/grouping.h"

namespace rnb {

// For the short runs of by=loss; nothing else here depends on them.
struct ResolveOptions {
  std::string device = "cpu", precision = "fp32";
  bool shared_machine = false;
};

// Prints the grouping's warnings to standard error. UsageError when the expression is not understood, Error
// when the grouping cannot be made; Stopped when a stop signal came during the short runs of by=loss, which
// go on where they were cut when it is called again.
Grouping resolve_grouping(const Store& store, const std::string& expression,
                          const ResolveOptions& options = {});

}  // namespace rnb
