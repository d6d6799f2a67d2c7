#include "methods/core/probe_weights.h"

#include <cmath>

#include "methods/math/simplex.h"

namespace rnb {

std::vector<double> clip_factors(const GradientProbe& probe, double limit) {
  std::vector<double> out;
  for (size_t k = 0; k < probe.sources + probe.targets; ++k) {
    const double norm = std::sqrt(probe.dot(k, k));
    out.push_back(limit > 0 && norm > limit ? limit / norm : 1.0);
  }
  return out;
}

Weights one_hot(size_t m, size_t i) {
  Weights out(m);
  out[i] = 1;
  return out;
}

Weights multiplied(const Weights& p, const std::vector<double>& step, const std::vector<bool>& drawable) {
  auto logits = log_weights(p);
  for (size_t i = 0; i < logits.size(); ++i) logits[i] += step[i];
  return softmax_where(logits, drawable);
}

Weights smoothed(const Weights& p, double share, const std::vector<bool>& drawable) {
  Weights out = uniform_where(drawable);
  for (size_t i = 0; i < out.size(); ++i) out[i] = (1 - share) * p[i] + share * out[i];
  return out;
}

}  // namespace rnb
