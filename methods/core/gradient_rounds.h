#pragma once
// Methods that compare gradients of fresh batches at the end of every round (DGA, GRAPE).

#include <string>
#include <vector>

#include "methods/core/method_option.h"
#include "methods/core/mixer.h"

namespace rnb {

// A probe whose gradients count as clipped to a norm.
struct ClippedProbe {
  GradientProbe probe;
  std::vector<double> factor;  // [sources + targets]
  double dot(size_t a, size_t b) const { return factor[a] * factor[b] * probe.dot(a, b); }
};

class GradientRounds {
 public:
  explicit GradientRounds(const MethodOptions& options);  // reads those of with_gradient_round_options
  void start(const Domains& domains);  // periods and batches that the run's length and batch give
  Needs needs(size_t batches) const;   // sources and targets of a probe together
  // Empty sources: one for each domain. Products between different sources are not asked for.
  ClippedProbe ask(Services& services, const std::vector<Weights>& sources,
                   const std::vector<Weights>& targets) const;

 private:
  double clip_;
  std::string layers_;
  int64_t every_, examples_;
};

// `own`, then clip, layers, every and examples.
std::vector<MethodOption> with_gradient_round_options(std::vector<MethodOption> own);

}  // namespace rnb
