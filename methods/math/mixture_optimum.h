#pragma once
// Minima over mixtures of a convex function, with caps and a pull towards a prior.

#include <functional>
#include <span>
#include <vector>

namespace rnb {

// Value at x; `gradient` (may be empty) receives the derivatives.
using MixtureFunction = std::function<double(std::span<const double> x, std::span<double> gradient)>;

struct MixtureProblem {
  MixtureFunction f;          // convex, differentiable
  double pull = 0;            // times KL(x || prior), which is added to f
  std::vector<double> prior;  // [k] > 0 where something may be drawn
  std::vector<double> caps;   // [k] x_i <= caps_i; empty: none. Sum >= 1.
};
// f(x) + pull KL(x || prior).
double problem_value(const MixtureProblem& problem, std::span<const double> x);

// Entropic proximal descent from `start` (all positive): x <- argmin <grad f, x> + pull KL(x || prior) +
// KL(x || x_old) / step over the capped simplex. The step is halved until <grad f(x) - grad f(x_old), x -
// x_old> <= (KL(x || x_old) + KL(x_old || x)) / step, from which descent follows, f being convex; unlike a
// comparison of values of f, it can be told near the minimum.
std::vector<double> minimise_mixture(const MixtureProblem& problem, std::vector<double> start);

// The best mixture whose shares are multiples of 1/parts; parts is halved until there are at most 200,000 of
// them. Of equal ones, the first in lexicographic order.
std::vector<double> best_on_grid(const MixtureFunction& f, size_t k, int parts);

}  // namespace rnb
