#include "methods/math/scaling_law.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace rnb {
namespace {

double log_sum_exp(double x, double y) {
  return std::max(x, y) + std::log1p(std::exp(-std::abs(x - y)));
}

// Observations in logs, and the objective over x = (a, e, alpha) with its gradient.
struct Problem {
  std::vector<double> log_n, log_loss;
  ScalingLawFit fit;

  double operator()(std::span<const double> x, std::span<double> gradient) const {
    const double a = x[0], e = x[1], alpha = x[2];
    double value = std::max(alpha - 0.8, 0.0) - std::min(alpha, 0.001) - std::min(e - fit.lowest_e, 0.0) +
                   std::max(a - 6.5, 0.0);
    gradient[0] = a > 6.5 ? 1 : 0;
    gradient[1] = e < fit.lowest_e ? -1 : 0;
    gradient[2] = (alpha > 0.8 ? 1 : 0) - (alpha < 0.001 ? 1 : 0);
    for (size_t j = 0; j < log_n.size(); ++j) {
      const double reducible = a - alpha * log_n[j], predicted = log_sum_exp(reducible, e);
      const double r = log_loss[j] - predicted, size = std::abs(r);
      value += size <= fit.huber ? r * r / 2 : fit.huber * (size - fit.huber / 2);
      const double slope = std::clamp(r, -fit.huber, fit.huber), share = std::exp(reducible - predicted);
      gradient[0] -= slope * share;
      gradient[1] -= slope * (1 - share);
      gradient[2] += slope * share * log_n[j];
    }
    return value;
  }
};

}  // namespace

Objective scaling_law_objective(std::span<const double> n, std::span<const double> loss,
                                const ScalingLawFit& fit) {
  Problem out{{}, {}, fit};
  for (const double x : n) out.log_n.push_back(std::log(x));
  for (const double x : loss) out.log_loss.push_back(x > 0 ? std::log(x) : NAN);
  return out;
}

double ScalingLaw::loss(double n) const {
  return std::exp(log_sum_exp(a - alpha * std::log(n), e));
}

double ScalingLaw::reducible(double n) const {
  return std::exp(a - alpha * std::log(n));
}

std::optional<ScalingLaw> fit_scaling_law(std::span<const double> n, std::span<const double> loss,
                                          const ScalingLawFit& fit) {
  const Objective f = scaling_law_objective(n, loss, fit);
  std::vector<Minimum> starts;
  std::vector<double> gradient(3);
  for (int i = 0; i < 8; ++i)
    for (int j = 0; j < 8; ++j)
      for (int k = 0; k < 8; ++k) {
        const std::vector<double> x{-2.0 + i, -2.0 + 0.5 * j, 0.1 * k};
        starts.push_back({x, f(x, gradient)});
      }
  if (!std::isfinite(starts.front().value)) return {};
  std::stable_sort(starts.begin(), starts.end(),
                   [](const Minimum& a, const Minimum& b) { return a.value < b.value; });
  Minimum best = starts.front();
  for (size_t k = 0; k < std::min(starts.size(), static_cast<size_t>(fit.starts)); ++k) {
    const Minimum found = minimise_lbfgs(f, starts[k].x, 1e-12, 400);
    if (std::isfinite(found.value) && found.value < best.value) best = found;
  }
  return ScalingLaw{best.x[0], best.x[1], best.x[2]};
}

}  // namespace rnb
