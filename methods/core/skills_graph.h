#pragma once
// The skills graph of Skill-It (arXiv:2307.14430, section 3), learnt by probes that are rolled back.

#include <cstdint>
#include <vector>

#include "methods/core/services.h"

namespace rnb {

enum class GraphRecipe {
  SingleRaw,  // one probe per domain: A_ij = (L_j before - L_j after training on i) / L_j before
  Single,     // the same, clipped at 0
  Pairwise    // 0.5 where training half on i, half on j is no worse for j than training on j alone; 1 on the
              // diagonal
};

// [m x m] A_ij, how training on domain i helps domain j, by probes of `steps` steps (one per domain, and for
// Pairwise one per pair). Rows of domains that cannot be drawn and columns without validation examples are 0;
// NaN where a probe's loss is.
std::vector<std::vector<double>> skills_graph(GraphRecipe recipe, const std::vector<bool>& drawable,
                                              int64_t steps, Services& services);

}  // namespace rnb
