#pragma once
// Swarm methods that fit an exponential law to the losses of each target domain (Data Mixing Laws, Olmix).

#include <cstdint>
#include <vector>

#include "methods/core/swarm_mixer.h"
#include "methods/math/exponential_law.h"

namespace rnb {

class SwarmLaws {
 public:
  explicit SwarmLaws(const MethodOptions& options);  // reads delta and starts
  // One law per target of the swarm. Error as from fit_exponential_law.
  std::vector<ExponentialLaw> fit(const Swarm& swarm) const;
  double delta() const { return delta_; }  // of the Huber loss, nats

 private:
  double delta_;
  int64_t starts_;
};

// `own`, then delta and starts, then the options of with_swarm_options.
std::vector<MethodOption> with_swarm_law_options(std::vector<MethodOption> own);

}  // namespace rnb
