#pragma once
// Means, spreads and paired intervals over seeds.

#include <span>

namespace rnb {

struct Spread {
  double mean = 0, deviation = 0;  // sample standard deviation, n - 1; NaN below two values
  int n = 0;
};
Spread spread(std::span<const double> values);

// Half width of the two-sided 95 % interval of a mean by Student's t: t(0.975, n - 1) * deviation / sqrt(n).
// NaN below two values.
double half_width_95(const Spread& s);

}  // namespace rnb
