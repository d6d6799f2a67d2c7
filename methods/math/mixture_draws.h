#pragma once
// Random mixtures for proxy runs, as RegMix draws them (arXiv:2407.01492, synthesize_mixture.py).

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace rnb {

// Each domain's number comes from a stream of its own, named by the domain: the order of the domains does not
// matter.
struct DirichletDraws {
  uint64_t seed = 0;
  std::string_view purpose;
  std::vector<uint64_t> streams;  // [k]
  // Number `index` of Dirichlet(concentration); empty where all of it underflows.
  std::vector<double> draw(std::span<const double> concentration, uint64_t index) const;
};

// n >= 2 strengths from low to high, equally spaced in their logarithms.
std::vector<double> dirichlet_strengths(double low, double high, size_t n);
// The most that a domain's share may be if its data may be passed over max_epochs times: min(e prior_i, 1).
std::vector<double> epoch_caps(std::span<const double> prior, double max_epochs);
// Shares below `grain` are dropped and the rest rounded to multiples of it; the sum may then miss 1 a little.
std::vector<double> rounded_mixture(std::span<const double> shares, double grain);

struct SwarmRule {
  double temper = 0.5;  // the search's centre is prior^temper
  double max_epochs = 15;
  double grain = 2e-4;
  double lowest = 0.1, highest = 5;  // strengths of the Dirichlet, 15 of them
};
// n different mixtures [k] on the simplex. Error naming max_epochs when the caps leave too few.
std::vector<std::vector<double>> draw_mixtures(std::span<const double> prior, const DirichletDraws& draws,
                                               size_t n, const SwarmRule& rule);

}  // namespace rnb
