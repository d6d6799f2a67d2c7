#include "methods/math/static_mixtures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "methods/math/simplex.h"

namespace rnb {

std::vector<double> temperature_mixture(std::span<const double> sizes, double tau) {
  std::vector<double> weights;
  for (const double n : sizes) weights.push_back(n > 0 ? std::pow(n, tau) : 0.0);
  return normalised(weights);
}

std::vector<double> unimax_mixture(std::span<const double> sizes, double budget, double max_epochs) {
  std::vector<size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return sizes[a] < sizes[b]; });
  std::vector<double> share(sizes.size());
  double left = budget;
  for (size_t k = 0; k < order.size(); ++k) {
    const double equal = left / static_cast<double>(order.size() - k);
    share[order[k]] = std::min(equal, max_epochs * sizes[order[k]]);
    left -= share[order[k]];
  }
  return normalised(share);
}

}  // namespace rnb
