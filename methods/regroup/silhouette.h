#pragma once
// The mean silhouette of a clustering (Rousseeuw 1987) on Euclidean distance.

#include <cstdint>
#include <span>
#include <vector>

#include "methods/regroup/kmeans.h"

namespace rnb {

// Of each of several clusterings of the same points, whose distances are computed once. Exact up to
// `exact_limit` points, above it over a seeded subsample of that size. A point alone in its cluster counts 0,
// as does every point where there is one cluster only.
std::vector<double> silhouettes(const Points& points, std::span<const std::vector<int32_t>> assignments,
                                uint64_t seed, int64_t exact_limit = 20'000);

}  // namespace rnb
