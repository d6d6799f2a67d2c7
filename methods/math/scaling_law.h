#pragma once
// A power law of the loss over the examples seen, L(n) = exp(e) + exp(a) n^-alpha, and its fit as ADO makes
// it (arXiv:2410.11820; yidingjiang/ado).

#include <optional>
#include <span>

#include "methods/math/lbfgs.h"

namespace rnb {

struct ScalingLaw {
  double a = 0;                      // log of the reducible loss at n = 1
  double e = 0;                      // log of the irreducible loss
  double alpha = 0;                  // exponent
  double loss(double n) const;       // nats, after n examples
  double reducible(double n) const;  // loss(n) - exp(e)
};

struct ScalingLawFit {
  double huber = 1e-3;    // on the difference of log losses
  double lowest_e = 0.5;  // below it the objective grows by the distance
  int starts = 512;       // best points of the 8 x 8 x 8 grid that L-BFGS starts from
};

// What a fit minimises over (a, e, alpha), from losses at n examples (equally many):
// sum_j Huber(log L_j - log loss(n_j)) + max(alpha - 0.8, 0) - min(alpha, 0.001) - min(e - lowest_e, 0)
//   + max(a - 6.5, 0). NaN unless every loss is positive.
// Public because ADO's golden vectors give its values at points where no fit ends.
Objective scaling_law_objective(std::span<const double> n, std::span<const double> loss,
                                const ScalingLawFit& fit);
// The best of the starts; nothing where no start ends finite.
std::optional<ScalingLaw> fit_scaling_law(std::span<const double> n, std::span<const double> loss,
                                          const ScalingLawFit& fit);

}  // namespace rnb
