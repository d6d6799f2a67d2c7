#include "methods/core/mixer.h"

#include <cmath>

#include "base/error.h"

namespace rnb {

void check_shared_domains(const Needs& needs, const Domains& domains, std::string_view who) {
  if (!needs.shared_domains) return;
  size_t evaluated = 0;
  for (size_t i = 0; i < domains.size(); ++i) {
    if (domains.evaluation[i] <= 0) continue;
    if (domains.train_examples[i] > 0) return;
    ++evaluated;
  }
  fail("method",
       "{} weighs a domain by its own place in the evaluation, and none of the {} domains that are evaluated "
       "has training "
       "examples: its weights are undefined (the paper's NaN). Regroup the data (rnb regroup, --grouping "
       "regroup:k=...): "
       "evaluation examples then belong to the nearest training cluster. Methods that do not need it run as "
       "they are, as "
       "natural and stratified do",
       who, evaluated);
}

void check_weights(std::span<const double> w, size_t m, std::string_view who) {
  if (w.size() != m) fail("method", "{} gave {} weights for {} domains", who, w.size(), m);
  double sum = 0;
  for (size_t i = 0; i < m; ++i) {
    if (!std::isfinite(w[i]) || w[i] < 0)
      fail("method", "{} gave weight {} to domain {}; expected a finite value >= 0", who, w[i], i);
    sum += w[i];
  }
  if (std::abs(sum - 1.0) > 1e-9) fail("method", "{} gave weights that sum to {:.12f}, not 1", who, sum);
}

}  // namespace rnb
