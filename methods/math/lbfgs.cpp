#include "methods/math/lbfgs.h"

#include <cmath>
#include <memory>

#include <nlopt.h>

#include "base/error.h"

namespace rnb {
namespace {

struct Search {
  const Objective& f;
  Minimum best;  // NLopt may end on another point than its best when a line search fails
};

double evaluate(unsigned n, const double* x, double* gradient, void* data) {
  auto& search = *static_cast<Search*>(data);
  std::vector<double> unused(gradient ? 0 : n);
  const double value = search.f({x, n}, gradient ? std::span(gradient, n) : std::span(unused));
  if (std::isfinite(value) && !(value >= search.best.value)) search.best = {{x, x + n}, value};
  return value;
}

}  // namespace

Minimum minimise_lbfgs(const Objective& f, const std::vector<double>& start, double tolerance,
                       int evaluations) {
  std::vector<double> gradient(start.size());
  Search search{f, {start, f(start, gradient)}};
  if (!std::isfinite(search.best.value)) return search.best;
  const std::unique_ptr<nlopt_opt_s, void (*)(nlopt_opt)> solver(
      nlopt_create(NLOPT_LD_LBFGS, static_cast<unsigned>(start.size())), nlopt_destroy);
  RNB_ASSERT(solver != nullptr);
  nlopt_set_min_objective(solver.get(), evaluate, &search);
  nlopt_set_ftol_rel(solver.get(), tolerance);
  nlopt_set_maxeval(solver.get(), evaluations);
  std::vector<double> x = start;
  double value = 0;
  nlopt_optimize(solver.get(), x.data(),
                 &value);  // its failures (a line search at round-off) leave the best point
  return search.best;
}

}  // namespace rnb
