#include "methods/core/found_by_proxy.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "methods/math/simplex.h"

namespace rnb {

int64_t proxy_steps(double fraction, const Domains& domains) {
  return std::max<int64_t>(1, static_cast<int64_t>(fraction * static_cast<double>(domains.total_steps)));
}

std::vector<MethodOption> with_proxy_run_options(std::vector<MethodOption> own,
                                                 const std::vector<MethodOption>& passed_on) {
  own.push_back({.name = "proxy_model", .help = "size or folder of the proxy's model; empty: the run's own"});
  own.push_back({.name = "proxy_fraction",
                 .fallback = "1",
                 .help = "the proxy's length as a share of the run's",
                 .type = OptionType::Real,
                 .above = 0});
  own.insert(own.end(), passed_on.begin(), passed_on.end());
  return own;
}

std::map<std::string, std::string> passed_on_values(const MethodOptions& options,
                                                    const std::vector<MethodOption>& passed_on) {
  std::map<std::string, std::string> out;
  for (const MethodOption& option : passed_on) out[option.name] = options.text(option.name);
  return out;
}

ProxySpec proxy_run(const MethodOptions& options, const std::string& name, const std::string& method,
                    const Domains& domains) {
  return {.name = name,
          .method = method,
          .model = options.text("proxy_model"),
          .steps = proxy_steps(options.number("proxy_fraction"), domains)};
}

Decision found_by_proxy(const std::string& method, const ProxyResult& result, const Domains& domains) {
  if (!result.finished || result.finished->size() != domains.size())
    fail(method, "proxy run {} has found no weights", result.run);
  Weights p = *result.finished;
  for (size_t i = 0; i < p.size(); ++i)
    if (domains.train_examples[i] == 0) p[i] = 0;
  return {.sampling = normalised(p), .record = {{"proxy", result.run}}};
}

}  // namespace rnb
