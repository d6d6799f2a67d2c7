#pragma once
// What the methods have in common that train a proxy run and keep what its mixer has found.

#include <string>

#include "methods/core/mixer.h"

namespace rnb {

// `fraction` of the run's steps, at least 1; UsageError unless it is positive.
int64_t proxy_steps(const std::string& method, double fraction, const Domains& domains);

// The proxy's weights as the decision of the main run, over the domains that can be drawn; its run id in the
// record.
Decision found_by_proxy(const std::string& method, const ProxyResult& result, const Domains& domains);

}  // namespace rnb
