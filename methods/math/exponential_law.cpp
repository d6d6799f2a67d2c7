#include "methods/math/exponential_law.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "methods/math/lbfgs.h"
#include "methods/math/regressors.h"

namespace rnb {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

ExponentialLaw law_of(std::span<const double> q) {
  return {q[0], q[1], {q.begin() + 2, q.end()}};
}

// log(y - c) = log k + t x, by least squares with a penalty too small to matter where data decide.
std::vector<double> start_at(const Rows& x, std::span<const double> y, double c) {
  std::vector<double> target;
  for (const double v : y) target.push_back(std::log(v - c));
  const Ridge line = fit_ridge(x, target, 1e-6);
  std::vector<double> q{std::log(c), line.b};
  q.insert(q.end(), line.w.begin(), line.w.end());
  return q;
}

}  // namespace

double ExponentialLaw::varying(std::span<const double> r) const {
  return std::exp(std::inner_product(t.begin(), t.end(), r.begin(), log_k));
}

double ExponentialLaw::operator()(std::span<const double> r) const {
  return std::exp(log_c) + varying(r);
}

double huber_objective(const ExponentialLaw& law, const Rows& x, std::span<const double> y, double delta,
                       std::span<double> gradient) {
  std::fill(gradient.begin(), gradient.end(), 0.0);
  const double c = std::exp(law.log_c);
  double sum = 0;
  for (size_t n = 0; n < x.size(); ++n) {
    const double varying = law.varying(x[n]), r = c + varying - y[n], size = std::abs(r);
    sum += size <= delta ? r * r / 2 : delta * (size - delta / 2);
    if (gradient.empty()) continue;
    const double slope = std::clamp(r, -delta, delta);
    gradient[0] += slope * c;
    gradient[1] += slope * varying;
    for (size_t j = 0; j < law.t.size(); ++j) gradient[2 + j] += slope * varying * x[n][j];
  }
  return sum;
}

ExponentialLaw fit_exponential_law(const Rows& x, std::span<const double> y, double delta, int64_t starts) {
  RNB_ASSERT(!x.empty() && x.size() == y.size() && starts >= 1);
  const auto [low, high] = std::minmax_element(y.begin(), y.end());
  if (*low == *high)  // nothing to explain
    return {*low > 0 ? std::log(*low) : -kInfinity, -kInfinity, std::vector<double>(x[0].size())};
  if (*low <= 0) fail("laws", "a loss of {} was observed; the law is of positive losses", *low);
  const Objective objective = [&](std::span<const double> q, std::span<double> gradient) {
    return huber_objective(law_of(q), x, y, delta, gradient);
  };
  Minimum best{{}, kInfinity};
  for (int64_t s = 1; s <= starts; ++s) {
    const double c = *low * static_cast<double>(s) / static_cast<double>(starts + 1);
    Minimum found = minimise_lbfgs(objective, start_at(x, y, c), 1e-12, 1000);
    if (found.value < best.value) best = std::move(found);
  }
  if (best.x.empty()) fail("laws", "no start led to a finite fit of {} losses", y.size());
  return law_of(best.x);
}

MixtureFunction weighted_terms(std::vector<ExponentialLaw> laws, std::vector<double> weight) {
  return [laws = std::move(laws), weight = std::move(weight)](std::span<const double> x,
                                                              std::span<double> gradient) {
    std::fill(gradient.begin(), gradient.end(), 0.0);
    double sum = 0;
    for (size_t n = 0; n < laws.size(); ++n) {
      const double term = weight[n] * laws[n].varying(x);
      sum += term;
      for (size_t i = 0; i < gradient.size(); ++i) gradient[i] += term * laws[n].t[i];
    }
    return sum;
  };
}

MixtureFunction weighted_laws(std::vector<ExponentialLaw> laws, std::vector<double> weight) {
  double constant = 0;
  for (size_t n = 0; n < laws.size(); ++n) constant += weight[n] * std::exp(laws[n].log_c);
  return [constant, terms = weighted_terms(std::move(laws), std::move(weight))](
             std::span<const double> x, std::span<double> gradient) { return constant + terms(x, gradient); };
}

}  // namespace rnb
