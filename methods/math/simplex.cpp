#include "methods/math/simplex.h"

#include <algorithm>
#include <cmath>
#include <limits>
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

std::vector<double> softmax_where(std::span<const double> logits, const std::vector<bool>& where) {
  std::vector<double> out(logits.begin(), logits.end());
  for (size_t i = 0; i < out.size(); ++i)
    if (!where[i]) out[i] = -std::numeric_limits<double>::infinity();
  return softmax(out);
}

std::vector<double> uniform_where(const std::vector<bool>& where) {
  return softmax_where(std::vector<double>(where.size()), where);
}

std::vector<double> floored_where(std::span<const double> p, double floor, const std::vector<bool>& where) {
  std::vector<double> out;
  for (size_t i = 0; i < p.size(); ++i) out.push_back(where[i] ? std::max(p[i], floor) : 0.0);
  return normalised(out);
}

std::vector<double> log_weights(std::span<const double> p) {
  std::vector<double> out;
  for (const double x : p) out.push_back(std::log(std::max(x, 1e-12)));
  return out;
}

std::vector<double> uniform_weights(size_t m) {
  return std::vector<double>(m, 1.0 / static_cast<double>(m));
}

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

}  // namespace rnb
