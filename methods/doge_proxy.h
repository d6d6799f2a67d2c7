#pragma once
// What method doge passes on to its proxy run.

#include <vector>

#include "methods/core/method_option.h"

namespace rnb {

std::vector<MethodOption> doge_proxy_options();

}  // namespace rnb
