#include "methods/core/balance.h"

#include <algorithm>
#include <cmath>

namespace rnb {

MeanGram mean_gram(const GradientGram& sums, GramDiagonal diagonal) {
  const size_t m = sums.m;
  MeanGram out{std::vector<double>(m * m), std::vector<bool>(m), std::vector<bool>(m)};
  for (size_t i = 0; i < m; ++i) out.empty[i] = sums.count[i] == 0;
  for (size_t i = 0; i < m; ++i)
    for (size_t j = 0; j < m; ++j)
      if (!out.empty[i] && !out.empty[j])
        out.g[i * m + j] = sums.dot[i * m + j] / (sums.count[i] * sums.count[j]);
  if (diagonal == GramDiagonal::Biased) return out;
  for (size_t i = 0; i < m; ++i) {
    if (out.empty[i]) continue;
    const double pairs = sums.count[i] * sums.count[i] - sums.squared_counts[i];
    out.diagonal_undefined[i] = pairs <= 0;
    out.g[i * m + i] = pairs > 0 ? (sums.dot[i * m + i] - sums.squared_norms[i]) / pairs : 0.0;
  }
  return out;
}

std::vector<double> gram_times(const std::vector<double>& g, const std::vector<double>& p) {
  const size_t m = p.size();
  std::vector<double> out(m);
  for (size_t i = 0; i < m; ++i)
    for (size_t j = 0; j < m; ++j) out[i] += g[i * m + j] * p[j];
  return out;
}

double euclidean_norm(const std::vector<double>& v) {
  double top = 0, sum = 0;
  for (const double x : v) top = std::max(top, std::abs(x));
  if (top == 0) return 0;
  for (const double x : v) sum += (x / top) * (x / top);  // squares neither overflow nor vanish
  return top * std::sqrt(sum);
}

}  // namespace rnb
