#pragma once
// Aioli's linear dynamic mixing law (arXiv:2411.05735): L_i(t + 1) = L_i(t) - sum_j A_ij p_j, with A
// estimated from probes on mixtures W that each favour one domain.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rnb {

using Matrix = std::vector<std::vector<double>>;  // rows

// [k x k] probe mixtures: f on the domain itself, (1 - f) / (k - 1) on each other one.
Matrix probe_mixtures(size_t k, double f);

// LearnParams, the reckoning. `order`: the domain that each segment favours; `before` [m] losses; `after`
// [segments][m] losses after each. Returns B [m x k]: by how much a segment on j lowered L_i, averaged over
// the `sweeps` of j.
Matrix loss_drops(const std::vector<size_t>& order, const std::vector<double>& before, const Matrix& after,
                  size_t k, int64_t sweeps);

// A [m x k]: each row solves W a_i = B_i; W [k x k] must be regular, as probe_mixtures is for f > 1 / k.
Matrix solve_law(const Matrix& w, const Matrix& b);

// Shifted so that no entry is negative, then divided by the sum of all; an all-zero matrix stays.
Matrix normalised_law(Matrix a);

std::vector<double> column_sums(const Matrix& a);  // [k]

}  // namespace rnb
