#pragma once
// Whole numbers of places from weights: the roundings that the methods' own samplers use.

#include <cstdint>
#include <span>
#include <vector>

namespace rnb {

// floor(p_i n) each; the places left go to the largest remainders, ties to the lower index. `residual` [m]
// (may be empty: none) carries what each domain was owed from batch to batch, so that more domains than
// places starve nobody.
std::vector<int64_t> largest_remainder(std::span<const double> p, int64_t n, std::span<double> residual = {});

// Skill-It: trunc(p_i n), the rest to the last domain.
std::vector<int64_t> floor_rest_to_last(std::span<const double> p, int64_t n);

// Aioli's probes: max(1, trunc(p_i n)), the rest to the last domain, which can thereby become negative.
std::vector<int64_t> aioli_per_batch(std::span<const double> p, int64_t n);

}  // namespace rnb
