#pragma once
// Methods whose weights are found by a proxy run under a mixer of its own (DoGE, DoReMi), and then stay.

#include <map>
#include <string>
#include <vector>

#include "methods/core/method_option.h"
#include "methods/core/mixer.h"

namespace rnb {

// `fraction` (> 0) of the run's steps, at least 1.
int64_t proxy_steps(double fraction, const Domains& domains);

// `own`, then proxy_model and proxy_fraction of the proxy run, then `passed_on`: the options of its mixer.
std::vector<MethodOption> with_proxy_run_options(std::vector<MethodOption> own,
                                                 const std::vector<MethodOption>& passed_on);

// The values of `passed_on` among the options.
std::map<std::string, std::string> passed_on_values(const MethodOptions& options,
                                                    const std::vector<MethodOption>& passed_on);

// A run of the mixer `method` on `options`' model and length.
ProxySpec proxy_run(const MethodOptions& options, const std::string& name, const std::string& method,
                    const Domains& domains);

// The proxy's weights as the decision of the main run, over the domains that can be drawn; its run id in the
// record. Error where its mixer has found none; `method` is who asks.
Decision found_by_proxy(const std::string& method, const ProxyResult& result, const Domains& domains);

}  // namespace rnb
