#include "methods/exponential_law.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <nlopt.h>

#include "base/error.h"
#include "methods/regressors.h"

namespace rnb {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Observations {
  const Rows& x;
  std::span<const double> y;
  double delta;
};

ExponentialLaw law_of(std::span<const double> q) {
  return {q[0], q[1], {q.begin() + 2, q.end()}};
}

double objective(unsigned n, const double* q, double* gradient, void* data) {
  const auto& o = *static_cast<const Observations*>(data);
  return huber_objective(law_of({q, n}), o.x, o.y, o.delta,
                         gradient ? std::span<double>(gradient, n) : std::span<double>());
}

// L-BFGS from q; a search that stops early (rounding, no step found) has still moved q to its best point.
double descend(std::vector<double>& q, Observations& o) {
  const nlopt_opt search = nlopt_create(NLOPT_LD_LBFGS, static_cast<unsigned>(q.size()));
  nlopt_set_min_objective(search, objective, &o);
  nlopt_set_maxeval(search, 1000);
  nlopt_set_ftol_abs(search, 1e-15);
  nlopt_set_xtol_abs1(search, 1e-10);
  double lowest = kInfinity;
  nlopt_optimize(search, q.data(), &lowest);
  nlopt_destroy(search);
  return objective(static_cast<unsigned>(q.size()), q.data(), nullptr, &o);
}

// log(y - c) = log k + t x, by least squares with a penalty too small to matter where data decide.
std::vector<double> start_at(const Observations& o, double c) {
  std::vector<double> target;
  for (const double v : o.y) target.push_back(std::log(v - c));
  const Ridge line = fit_ridge(o.x, target, 1e-6);
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
  Observations o{x, y, delta};
  double best = kInfinity;
  std::vector<double> found;
  for (int64_t s = 1; s <= starts; ++s) {
    auto q = start_at(o, *low * static_cast<double>(s) / static_cast<double>(starts + 1));
    const double value = descend(q, o);
    if (value < best) {
      best = value;
      found = q;
    }
  }
  if (found.empty()) fail("laws", "no start led to a finite fit of {} losses", y.size());
  return law_of(found);
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

double step_law(double log_c, double log_d0, double alpha, double tokens) {
  return std::exp(log_c) + std::exp(alpha * (log_d0 - std::log(tokens)));
}

}  // namespace rnb
