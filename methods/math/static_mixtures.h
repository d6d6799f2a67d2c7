#pragma once
// Mixtures that are fixed before training, as formulas over sizes [m] (tokens or examples). Error where no
// size is positive.

#include <span>
#include <vector>

namespace rnb {

// p_i proportional to size_i^tau, 0 for a size of 0: tau = 1 natural, tau = 0 stratified.
std::vector<double> temperature_mixture(std::span<const double> sizes, double tau);

// UniMax (Chung et al., arXiv:2304.09151): domains in increasing size; each gets the smaller of an equal
// share of what is left of the budget and max_epochs times its size.
std::vector<double> unimax_mixture(std::span<const double> sizes, double budget, double max_epochs);

}  // namespace rnb
