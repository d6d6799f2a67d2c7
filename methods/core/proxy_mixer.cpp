#include "methods/core/proxy_mixer.h"

#include <utility>

#include "methods/core/fixed_mixer.h"
#include "methods/core/found_by_proxy.h"
#include "methods/math/simplex.h"
#include "methods/math/static_mixtures.h"

namespace rnb {

Weights ProxyTask::everywhere(std::span<const double> shares) const {
  Weights out(domains.size());
  for (size_t k = 0; k < where.size(); ++k) out[where[k]] = shares[k];
  return out;
}

ProxyMixer::ProxyMixer(const MethodOptions& options, std::string who)
    : who_(std::move(who)), model_(options.text("proxy_model")), steps_(options.number("proxy_steps")) {}

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

ProxySpec ProxyMixer::proxy(const ProxyTask& task, const std::string& name,
                            std::span<const double> shares) const {
  std::string weights;
  for (const double w : task.everywhere(shares))
    weights += (weights.empty() ? "" : ",") + nlohmann::json(w).dump();
  return {.name = name,
          .method = "fixed",
          .options = {{"weights", weights}},
          .model = model_,
          .steps = proxy_steps(steps_, task.domains)};
}

ProxyResult ProxyMixer::train(const ProxyTask& task, Services& services, const std::string& name,
                              std::span<const double> shares) const {
  return services.train_proxy(proxy(task, name, shares));
}

ProxyResult ProxyMixer::train_and_evaluate(const ProxyTask& task, Services& services, const std::string& name,
                                           std::span<const double> shares) const {
  ProxySpec spec = proxy(task, name, shares);
  spec.losses = true;
  return services.train_proxy(spec);
}

std::vector<MethodOption> with_proxy_options(std::vector<MethodOption> own) {
  own.push_back(
      {.name = "proxy_model", .help = "size or folder of the proxies' model; empty: the run's own"});
  own.push_back({.name = "proxy_steps",
                 .fallback = "0.1",
                 .help = "steps of a proxy, as a share of the run's",
                 .type = OptionType::Real,
                 .above = 0,
                 .high = 1});
  return own;
}

}  // namespace rnb
