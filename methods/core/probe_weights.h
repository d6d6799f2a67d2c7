#pragma once
// Steps of multiplicative weights, and the norms of a probe's gradients.

#include <string>
#include <vector>

#include "methods/core/services.h"

namespace rnb {

// [n] factors that bring the norms of a probe's n gradients down to `limit`; 1 each where limit <= 0.
std::vector<double> clip_factors(const GradientProbe& probe, double limit);

Weights one_hot(size_t m, size_t i);  // [m] all to domain i

// [m] log p + step, exponentiated and normalised over the domains that can be drawn; the others get 0. A
// weight below 1e-12 counts as that.
Weights multiplied(const Weights& p, const std::vector<double>& step, const std::vector<bool>& drawable);

// [m] (1 - share) p + share * uniform, over the domains that can be drawn.
Weights smoothed(const Weights& p, double share, const std::vector<bool>& drawable);

}  // namespace rnb
