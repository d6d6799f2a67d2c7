#include "results/statistics.h"

#include <cmath>
#include <limits>

#include <boost/math/distributions/students_t.hpp>

namespace rnb {

Spread spread(std::span<const double> values) {
  Spread s;
  s.n = static_cast<int>(values.size());
  for (const double v : values) s.mean += v / s.n;
  double squares = 0;
  for (const double v : values) squares += (v - s.mean) * (v - s.mean);
  const double none = std::numeric_limits<double>::quiet_NaN();
  if (s.n == 0) s.mean = none;
  s.deviation = s.n < 2 ? none : std::sqrt(squares / (s.n - 1));
  return s;
}

double half_width_95(const Spread& s) {
  if (s.n < 2) return std::numeric_limits<double>::quiet_NaN();
  const boost::math::students_t t(s.n - 1);
  return boost::math::quantile(t, 0.975) * s.deviation / std::sqrt(s.n);
}

}  // namespace rnb
