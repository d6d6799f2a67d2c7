#pragma once
// Local minimisation with gradients: NLopt's L-BFGS (Nocedal 1980, Luksan's code). Deterministic.

#include <functional>
#include <span>
#include <vector>

namespace rnb {

struct Minimum {
  std::vector<double> x;
  double value = 0;  // NaN or infinite where the function was not finite at x
};

// Returns f(x) and fills the gradient, which has x's length; must not throw.
using Objective = std::function<double(std::span<const double> x, std::span<double> gradient)>;

// From `start`, until the value's relative change is below `tolerance` or after so many evaluations.
Minimum minimise_lbfgs(const Objective& f, const std::vector<double>& start, double tolerance,
                       int evaluations);

}  // namespace rnb
