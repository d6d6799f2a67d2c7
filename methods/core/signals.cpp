#include "methods/core/signals.h"

#include <cmath>

namespace rnb {

bool usable(std::span<const double> loss, std::span<const int64_t> tokens) {
  for (size_t i = 0; i < loss.size(); ++i)
    if (tokens[i] > 0 && !std::isfinite(loss[i])) return false;
  return true;
}

Decision refused(const std::string& what) {
  Decision decision;
  decision.warnings.push_back({"bad_signal", what + " is not finite; the weights are kept"});
  return decision;
}

std::vector<double> with_mean_where_absent(std::span<const double> values, std::span<const int64_t> tokens) {
  double sum = 0, count = 0;
  for (size_t i = 0; i < values.size(); ++i)
    if (tokens[i] > 0) {
      sum += values[i];
      ++count;
    }
  std::vector<double> out(values.begin(), values.end());
  for (size_t i = 0; i < out.size(); ++i)
    if (tokens[i] == 0) out[i] = count > 0 ? sum / count : 0.0;
  return out;
}

std::vector<bool> drawable(const Domains& domains) {
  std::vector<bool> out;
  for (const int64_t n : domains.train_examples) out.push_back(n > 0);
  return out;
}

}  // namespace rnb
