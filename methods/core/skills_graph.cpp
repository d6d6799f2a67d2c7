#include "methods/core/skills_graph.h"

#include "methods/core/probe_weights.h"

namespace rnb {

std::vector<std::vector<double>> skills_graph(GraphRecipe recipe, const std::vector<bool>& drawable,
                                              int64_t steps, Services& services) {
  const size_t m = drawable.size();
  std::vector<std::vector<double>> a(m, std::vector<double>(m)), alone(m);
  const DomainLosses before = services.evaluate();
  for (size_t i = 0; i < m; ++i)
    if (drawable[i]) alone[i] = services.train_probe(one_hot(m, i), steps, Keep::No).loss;
  for (size_t i = 0; i < m; ++i)
    for (size_t j = 0; j < m; ++j) {
      if (!drawable[i] || before.tokens[j] == 0) continue;
      if (recipe != GraphRecipe::Pairwise) {
        const double gain = before.loss[j] == 0 ? 0.0 : (before.loss[j] - alone[i][j]) / before.loss[j];
        a[i][j] = recipe == GraphRecipe::Single && gain < 0 ? 0.0 : gain;
      } else if (i == j) {
        a[i][j] = 1;
      }
    }
  if (recipe != GraphRecipe::Pairwise) return a;
  for (size_t i = 0; i < m; ++i)
    for (size_t j = 0; j < i; ++j) {
      if (!drawable[i] || !drawable[j]) continue;
      Weights half(m);
      half[i] = half[j] = 0.5;
      const DomainLosses pair = services.train_probe(half, steps, Keep::No);  // for both directions
      if (pair.tokens[j] > 0) a[i][j] = pair.loss[j] <= alone[j][j] ? 0.5 : 0.0;
      if (pair.tokens[i] > 0) a[j][i] = pair.loss[i] <= alone[i][i] ? 0.5 : 0.0;
    }
  return a;
}

}  // namespace rnb
