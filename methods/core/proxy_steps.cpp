#include "methods/core/proxy_steps.h"

#include <algorithm>

#include "base/error.h"
#include "methods/math/simplex.h"

namespace rnb {

int64_t proxy_steps(const std::string& method, double fraction, const Domains& domains) {
  if (fraction <= 0) fail_usage(method, "proxy_fraction={}; expected a value > 0", fraction);
  return std::max<int64_t>(1, static_cast<int64_t>(fraction * static_cast<double>(domains.total_steps)));
}

Decision found_by_proxy(const std::string& method, const ProxyResult& result, const Domains& domains) {
  if (!result.finished || result.finished->size() != domains.size())
    fail(method, "proxy run {} has found no weights", result.run);
  Weights p = *result.finished;
  for (size_t i = 0; i < p.size(); ++i)
    if (domains.train_examples[i] == 0) p[i] = 0;
  Decision decision;
  decision.sampling = normalised(p);
  decision.record = {{"proxy", result.run}};
  return decision;
}

}  // namespace rnb
