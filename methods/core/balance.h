#pragma once
// The mathematics of Balance (R&B, arXiv:2505.00358, Algorithm 1 lines 13-14, Algorithm 3 line 17, Appendix
// B.1).

#include <vector>

#include "methods/core/mixer.h"

namespace rnb {

enum class GramDiagonal { Biased, Unbiased };

struct MeanGram {
  std::vector<double> g;                 // [m x m] G_ij = <g_i, g_j> / (|S_i| |S_j|); 0 where undefined
  std::vector<bool> empty;               // [m] |S_i| = 0: row and column are 0
  std::vector<bool> diagonal_undefined;  // [m] unbiased only: the domain was seen in a single step
};

// Unbiased: the diagonal leaves out the products of a step with itself,
// G_ii = (|g_i|^2 - sum_k |g_i^k|^2) / (|S_i|^2 - sum_k |S_i^k|^2), since sampling noise inflates it for rare
// domains.
MeanGram mean_gram(const GradientGram& sums, GramDiagonal diagonal);

// G p, [m].
std::vector<double> gram_times(const std::vector<double>& g, const std::vector<double>& p);
double euclidean_norm(const std::vector<double>& v);

}  // namespace rnb
