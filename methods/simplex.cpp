#include "methods/simplex.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace rnb {

std::vector<double> normalised(std::span<const double> values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  if (!(sum > 0) || !std::isfinite(sum))
    fail("simplex", "weights sum to {}; expected a positive finite sum", sum);
  std::vector<double> out(values.begin(), values.end());
  for (double& v : out) v /= sum;
  return out;
}

std::vector<double> softmax(std::span<const double> logits) {
  RNB_ASSERT(!logits.empty());
  const double top = *std::max_element(logits.begin(), logits.end());
  std::vector<double> out;
  for (const double x : logits) out.push_back(std::exp(x - top));
  return normalised(out);
}

std::vector<double> uniform_weights(size_t m) {
  return std::vector<double>(m, 1.0 / static_cast<double>(m));
}

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

}  // namespace rnb
