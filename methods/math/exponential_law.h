#pragma once
// The loss of a domain as a function of the mixture, L(r) = c + k exp(sum_j t_j r_j): Data Mixing Laws
// (arXiv:2403.16952, equation 6), and with k = 1, since k and t are not told apart on the simplex, Olmix
// (arXiv:2602.12237).

#include <cstdint>
#include <span>
#include <vector>

#include "methods/math/mixture_optimum.h"

namespace rnb {

struct ExponentialLaw {
  double log_c = 0, log_k = 0;  // -infinity: the term is not there
  std::vector<double> t;
  double varying(std::span<const double> r) const;     // k exp(t r)
  double operator()(std::span<const double> r) const;  // c + k exp(t r)
};

// Sum over observations of the Huber loss of L(x_n) - y_n, x [n][k], y [n] nats; `gradient` (2 + k numbers,
// may be empty) receives the derivatives by log c, log k and t.
double huber_objective(const ExponentialLaw& law, const std::vector<std::vector<double>>& x,
                       std::span<const double> y, double delta, std::span<double> gradient);

// The law with the lowest Huber objective that L-BFGS finds from several starts: `starts` values of c below
// the lowest observation, for each of which log(y - c) is linear in the mixture. Error for a loss
// that is not positive, and where no start ends finite. Equal losses have the constant law.
ExponentialLaw fit_exponential_law(const std::vector<std::vector<double>>& x, std::span<const double> y,
                                   double delta, int64_t starts);

// Sum of the laws by weight, as a function of the mixture: convex. weighted_terms leaves the constants c out.
MixtureFunction weighted_laws(std::vector<ExponentialLaw> laws, std::vector<double> weight);
MixtureFunction weighted_terms(std::vector<ExponentialLaw> laws, std::vector<double> weight);

}  // namespace rnb
