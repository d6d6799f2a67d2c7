#pragma once
// Methods that train proxies on many random mixtures and fit something to their validation losses.

#include "methods/core/proxy_mixer.h"
#include "methods/math/mixture_draws.h"

namespace rnb {

// n proxies on mixtures of the k domains that can be drawn, and what they lead to.
struct Swarm {
  std::vector<Weights> mixtures;            // [n][k]
  std::vector<size_t> targets;              // [t] places of the domains that count in the evaluation
  std::vector<double> importance;           // [t] their evaluation proportions; sums to 1
  std::vector<std::vector<double>> losses;  // [t][n] nats per token, finite
};

class SwarmMixer : public ProxyMixer {
 public:
  // Reads the options of with_swarm_options. `spare`: a fit needs k + spare mixtures; 0: any number will do.
  // UsageError in init() where n= is fewer.
  SwarmMixer(const MethodOptions& options, const std::string& who, int64_t spare);

 protected:
  // [k] weights of the domains in task.where.
  virtual Weights fit(const ProxyTask& task, const Swarm& swarm, Decision& decision) = 0;
  // Dirichlet draws for the domains of the task, seeded by the run.
  static DirichletDraws draws(const ProxyTask& task, std::string_view purpose);

 private:
  std::optional<Weights> learn(const ProxyTask& task, Services& services, Decision& decision) final;
  int64_t n_, spare_;
  SwarmRule rule_;
};

// The options of every such method, after its own; those of with_proxy_options among them.
std::vector<MethodOption> with_swarm_options(std::vector<MethodOption> own);

}  // namespace rnb
