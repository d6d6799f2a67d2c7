#include "methods/core/swarm_mixer.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

// The domains whose validation losses are the target, from the first proxy's answer.
void set_targets(const ProxyTask& task, const DomainLosses& losses, const std::string& who, Swarm& swarm) {
  for (size_t i = 0; i < task.domains.size(); ++i) {
    if (task.domains.evaluation[i] <= 0 || losses.tokens.at(i) == 0) continue;
    swarm.targets.push_back(i);
    swarm.importance.push_back(task.domains.evaluation[i]);
  }
  if (swarm.targets.empty())
    fail(who, "no domain of the evaluation has validation examples, so proxies cannot be compared");
  swarm.importance = normalised(swarm.importance);
  swarm.losses.resize(swarm.targets.size());
}

}  // namespace

SwarmMixer::SwarmMixer(const MethodOptions& options, const std::string& name, int64_t spare)
    : ProxyMixer(options, name), n_(options.integer("n")), spare_(spare) {
  rule_.temper = options.number("temper");
  rule_.max_epochs = options.number("max_epochs");
}

DirichletDraws SwarmMixer::draws(const ProxyTask& task, std::string_view purpose) {
  DirichletDraws out{task.domains.seed, purpose, {}};
  for (const size_t i : task.where) out.streams.push_back(hash64(task.domains.names[i]));
  return out;
}

std::optional<Weights> SwarmMixer::learn(const ProxyTask& task, Services& services, Decision& decision) {
  const auto k = static_cast<int64_t>(task.size());
  const int64_t n = n_ > 0 ? n_ : std::max<int64_t>(16, 2 * k);
  if (n < spare_ + (spare_ > 0 ? k : 1))
    fail_usage(who(), "n={}; expected at least {} mixtures for {} domains, or 0", n,
               spare_ + (spare_ > 0 ? k : 1), k);
  Swarm swarm;
  swarm.mixtures = draw_mixtures(task.prior, draws(task, "mixtures"), static_cast<size_t>(n), rule_);
  for (size_t j = 0; j < swarm.mixtures.size(); ++j) {
    const auto proxy =
        train_and_evaluate(task, services, fmt::format("mixture {}", j + 1), swarm.mixtures[j]);
    if (j == 0) set_targets(task, proxy.losses, who(), swarm);
    for (size_t t = 0; t < swarm.targets.size(); ++t) {
      const double loss = proxy.losses.loss.at(swarm.targets[t]);
      if (!std::isfinite(loss)) return std::nullopt;
      swarm.losses[t].push_back(loss);
    }
  }
  return fit(task, swarm, decision);
}

std::vector<MethodOption> with_swarm_options(std::vector<MethodOption> own) {
  own.push_back({.name = "n",
                 .fallback = "0",
                 .help = "proxies, each on a mixture of its own; 0: two per domain, at least 16",
                 .type = OptionType::Whole,
                 .low = 0,
                 .high = 10000});
  own.push_back({.name = "temper",
                 .fallback = "0.5",
                 .help = "mixtures are drawn around natural^temper",
                 .type = OptionType::Real,
                 .low = 0,
                 .high = 1});
  own.push_back({.name = "max_epochs",
                 .fallback = "15",
                 .help = "a mixture may give a domain up to that many times its natural share",
                 .type = OptionType::Real,
                 .low = 1,
                 .high = 1e9});
  return with_proxy_options(std::move(own));
}

}  // namespace rnb
