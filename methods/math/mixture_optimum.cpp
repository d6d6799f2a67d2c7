#include "methods/math/mixture_optimum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

using Doubles = std::vector<double>;
constexpr int kMostIterations = 20000;
constexpr double kMostPoints = 200000;

double divergence(std::span<const double> x, std::span<const double> from) {  // KL(x || from)
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i)
    if (x[i] > 0) sum += x[i] * std::log(x[i] / from[i]);
  return sum;
}

// KL(x || y) + KL(y || x), of terms that are all >= 0: exact however near x and y are.
double symmetric_divergence(std::span<const double> x, std::span<const double> y) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i)
    if (x[i] != y[i]) sum += (x[i] - y[i]) * (std::log(x[i]) - std::log(y[i]));
  return sum;
}

double along(std::span<const double> g, std::span<const double> to, std::span<const double> from) {
  double sum = 0;
  for (size_t i = 0; i < g.size(); ++i) sum += g[i] * (to[i] - from[i]);
  return sum;
}

// The point of the capped simplex that is nearest, in KL(x || .), to exp(logits): shares of a softmax, where
// those above their caps are held there and the others share the rest.
Doubles capped_softmax(const Doubles& logits, const Doubles& caps) {
  Doubles x = softmax(logits);
  if (caps.empty()) return x;
  std::vector<bool> held(x.size());
  for (;;) {
    bool changed = false;
    double left = 1, free = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      if (!held[i] && x[i] > caps[i]) held[i] = changed = true;
      if (held[i]) left -= x[i] = caps[i];
    }
    for (size_t i = 0; i < x.size(); ++i) free += held[i] ? 0.0 : x[i];
    if (!changed || free <= 0) return x;
    for (size_t i = 0; i < x.size(); ++i)
      if (!held[i]) x[i] *= std::max(left, 0.0) / free;
  }
}

double points_on_grid(size_t k, int parts) {  // (parts + k - 1 choose k - 1)
  double count = 1;
  for (size_t j = 1; j < k; ++j)
    count *= static_cast<double>(parts + static_cast<int>(j)) / static_cast<double>(j);
  return count;
}

}  // namespace

double problem_value(const MixtureProblem& problem, std::span<const double> x) {
  return problem.f(x, {}) + (problem.pull > 0 ? problem.pull * divergence(x, problem.prior) : 0.0);
}

std::vector<double> minimise_mixture(const MixtureProblem& problem, std::vector<double> x) {
  const size_t k = x.size();
  Doubles gradient(k), next_gradient(k), logits(k), bend(k);
  problem.f(x, gradient);
  double step = 1;
  for (int iteration = 0; iteration < kMostIterations; ++iteration) {
    Doubles next;
    for (;;) {
      for (size_t i = 0; i < k; ++i) {
        const double pulled = problem.pull > 0 ? problem.pull * std::log(problem.prior[i]) : 0.0;
        // A share that has underflowed to 0 stays 0.
        logits[i] = (std::log(x[i]) / step + pulled - gradient[i]) / (1 / step + problem.pull);
      }
      next = capped_softmax(logits, problem.caps);
      problem.f(next, next_gradient);
      for (size_t i = 0; i < k; ++i) bend[i] = next_gradient[i] - gradient[i];
      if (along(bend, next, x) <= symmetric_divergence(next, x) / step || step < 1e-12) break;
      step /= 2;
    }
    double moved = 0;
    for (size_t i = 0; i < k; ++i) moved = std::max(moved, std::abs(next[i] - x[i]));
    x = next;
    gradient = next_gradient;
    if (moved < 1e-15) break;
    step *= 1.25;
  }
  return x;
}

std::vector<double> best_on_grid(const MixtureFunction& f, size_t k, int parts) {
  RNB_ASSERT(k >= 1 && parts >= 1);
  while (parts > 1 && points_on_grid(k, parts) > kMostPoints) parts /= 2;
  std::vector<int> count(k);
  count.back() = parts;  // the first in lexicographic order
  Doubles best, x(k);
  double lowest = std::numeric_limits<double>::infinity();
  for (;;) {
    for (size_t i = 0; i < k; ++i) x[i] = static_cast<double>(count[i]) / parts;
    if (const double value = f(x, {}); best.empty() || value < lowest) {
      lowest = value;
      best = x;
    }
    // The next composition: one unit from the last non-zero place to the one before it, the rest to the end.
    size_t last = k - 1;
    while (last > 0 && count[last] == 0) --last;
    if (last == 0) return best;
    const int rest = count[last] - 1;
    count[last] = 0;
    ++count[last - 1];
    count[k - 1] += rest;
  }
}

}  // namespace rnb
