#pragma once
// What method doremi passes on to its proxy run: all but the reference run, which it trains first.

#include <vector>

#include "methods/core/method_option.h"

namespace rnb {

std::vector<MethodOption> doremi_proxy_options();

}  // namespace rnb
