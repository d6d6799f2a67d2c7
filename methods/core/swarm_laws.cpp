#include "methods/core/swarm_laws.h"

#include <utility>

namespace rnb {

SwarmLaws::SwarmLaws(const MethodOptions& options)
    : delta_(options.number("delta")), starts_(options.integer("starts")) {}

std::vector<ExponentialLaw> SwarmLaws::fit(const Swarm& swarm) const {
  std::vector<ExponentialLaw> laws;
  for (const auto& losses : swarm.losses)
    laws.push_back(fit_exponential_law(swarm.mixtures, losses, delta_, starts_));
  return laws;
}

std::vector<MethodOption> with_swarm_law_options(std::vector<MethodOption> own) {
  own.push_back({.name = "delta",
                 .fallback = "0.02",
                 .help = "of the Huber loss that the laws are fitted with, nats",
                 .type = OptionType::Real,
                 .low = 1e-9,
                 .high = 1e9});
  own.push_back({.name = "starts",
                 .fallback = "8",
                 .help = "starting values of c for each fit",
                 .type = OptionType::Whole,
                 .low = 1,
                 .high = 1000});
  return with_swarm_options(std::move(own));
}

}  // namespace rnb
