#include "methods/math/mixture_draws.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "methods/math/simplex.h"
#include "methods/math/static_mixtures.h"

namespace rnb {
namespace {

constexpr size_t kStrengths = 15;
constexpr double kSameL1 = 1e-5;

bool fits(const std::vector<double>& shares, const std::vector<double>& caps) {
  return std::equal(shares.begin(), shares.end(), caps.begin(),
                    [](double p, double cap) { return p <= cap; });
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  double distance = 0;
  for (size_t i = 0; i < a.size(); ++i) distance += std::abs(a[i] - b[i]);
  return distance <= kSameL1;
}

}  // namespace

std::vector<double> DirichletDraws::draw(std::span<const double> concentration, uint64_t index) const {
  std::vector<double> out;
  for (size_t i = 0; i < concentration.size(); ++i)
    out.push_back(Rng(seed, purpose, index, streams[i]).gamma(concentration[i]));
  if (std::accumulate(out.begin(), out.end(), 0.0) <= 0) return {};
  return normalised(out);
}

std::vector<double> dirichlet_strengths(double low, double high, size_t n) {
  std::vector<double> out;
  for (size_t k = 0; k < n; ++k)
    out.push_back(low * std::pow(high / low, static_cast<double>(k) / static_cast<double>(n - 1)));
  return out;
}

std::vector<double> epoch_caps(std::span<const double> prior, double max_epochs) {
  std::vector<double> out;
  for (const double p : prior) out.push_back(std::min(max_epochs * p, 1.0));
  return out;
}

std::vector<double> rounded_mixture(std::span<const double> shares, double grain) {
  std::vector<double> out;
  for (const double p : shares) out.push_back(p < grain ? 0.0 : p);
  out = normalised(out);
  for (double& p : out) p = std::nearbyint(p / grain) * grain;
  return out;
}

std::vector<std::vector<double>> draw_mixtures(std::span<const double> prior, const DirichletDraws& draws,
                                               size_t n, const SwarmRule& rule) {
  const auto centre = temperature_mixture(prior, rule.temper);
  const auto caps = epoch_caps(prior, rule.max_epochs);
  const auto strengths = dirichlet_strengths(rule.lowest, rule.highest, kStrengths);
  std::vector<std::vector<double>> out;
  const uint64_t tries = 2000 * n;
  for (uint64_t t = 0; t < tries && out.size() < n; ++t) {
    std::vector<double> concentration;
    const double s = strengths[Rng(draws.seed, "mixture strength", t).below(kStrengths)];
    for (const double c : centre) concentration.push_back(s * c);
    const auto shares = draws.draw(concentration, t);
    if (shares.empty() || !fits(shares, caps)) continue;
    const auto mixture = normalised(rounded_mixture(shares, rule.grain));
    if (std::none_of(out.begin(), out.end(), [&](const auto& other) { return same(mixture, other); }))
      out.push_back(mixture);
  }
  if (out.size() < n)
    fail("mixtures", "only {} of {} random mixtures pass over no domain more than {} times; raise max_epochs",
         out.size(), n, rule.max_epochs);
  return out;
}

}  // namespace rnb
