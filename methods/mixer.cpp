#include "methods/mixer.h"

#include <cmath>

#include "base/error.h"

namespace rnb {

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
