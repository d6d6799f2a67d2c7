#pragma once
// How often a method updates its weights: its option `every`.

#include <cstdint>
#include <string>

#include "methods/core/method_option.h"
#include "methods/core/mixer.h"

namespace rnb {

// every=0: the steps between two updates (or what else happens so often).
MethodOption every_option(const std::string& what = "updates");

// Steps between updates: as given, or a tenth of the run, at least 1, for 0.
int64_t update_period(int64_t every, const Domains& domains);

}  // namespace rnb
