#include "methods/core/proxy_mixer.h"

#include <utility>

#include "base/error.h"
#include "methods/core/fixed_mixer.h"
#include "methods/core/proxy_steps.h"
#include "methods/math/simplex.h"
#include "methods/math/static_mixtures.h"

namespace rnb {

Weights ProxyTask::everywhere(std::span<const double> shares) const {
  Weights out(domains.size());
  for (size_t k = 0; k < where.size(); ++k) out[where[k]] = shares[k];
  return out;
}

ProxyMixer::ProxyMixer(const MethodOptions& options, std::string who)
    : who_(std::move(who)),
      model_(options.text("proxy_model")),
      steps_(number_within(options, who_, "proxy_steps", 0, 1)) {
  if (steps_ == 0) fail_usage(who_, "proxy_steps=0; expected a share of the run's steps, as 0.1");
}

Decision ProxyMixer::init(const Domains& domains, Services& services) {
  Decision decision;
  const Weights uniform = temperature_mixture(as_doubles(domains.train_examples), 0.0);
  ProxyTask task{domains, {}, {}};
  for (size_t i = 0; i < domains.size(); ++i) {
    if (domains.train_examples[i] == 0) continue;
    task.where.push_back(i);
    task.prior.push_back(static_cast<double>(domains.train_examples[i]));
  }
  decision.sampling = uniform;
  if (task.size() < 2) return decision;
  task.prior = normalised(task.prior);
  const auto shares = learn(task, services, decision);
  if (shares && all_finite(*shares))
    decision.sampling = task.everywhere(*shares);
  else
    decision.warnings.push_back(
        {"bad_signal", "an answer of the proxy runs is not finite; the domains are drawn uniformly"});
  return decision;
}

ProxyResult ProxyMixer::train(const ProxyTask& task, Services& services, const std::string& name,
                              std::span<const double> shares, bool losses) const {
  ProxySpec spec;
  spec.name = name;
  spec.method = "fixed";
  std::string& text = spec.options["weights"];
  for (const double w : task.everywhere(shares)) text += (text.empty() ? "" : ",") + nlohmann::json(w).dump();
  spec.model = model_;
  spec.steps = proxy_steps(who_, steps_, task.domains);
  spec.losses = losses;
  return services.train_proxy(spec);
}

std::vector<MethodOption> with_proxy_options(std::vector<MethodOption> own) {
  own.push_back({"proxy_model", "", "size or folder of the proxies' model; empty: the run's own", {}});
  own.push_back({"proxy_steps", "0.1", "steps of a proxy, as a share of the run's", {}});
  return own;
}

double number_within(const MethodOptions& options, const std::string& who, const std::string& name,
                     double low, double high) {
  const double value = options.number(name);
  if (value < low || value > high)
    fail_usage(who, "{}={}; expected a number from {} to {}", name, value, low, high);
  return value;
}

int64_t integer_within(const MethodOptions& options, const std::string& who, const std::string& name,
                       int64_t low, int64_t high) {
  const int64_t value = options.integer(name);
  if (value < low || value > high)
    fail_usage(who, "{}={}; expected a whole number from {} to {}", name, value, low, high);
  return value;
}

}  // namespace rnb
