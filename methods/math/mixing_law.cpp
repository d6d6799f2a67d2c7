#include "methods/math/mixing_law.h"

#include <algorithm>

#include <Eigen/Dense>

namespace rnb {

Matrix probe_mixtures(size_t k, double f) {
  const double other = k > 1 ? (1 - f) / static_cast<double>(k - 1) : 0.0;
  Matrix w(k, std::vector<double>(k, other));
  for (size_t i = 0; i < k; ++i) w[i][i] = k > 1 ? f : 1.0;
  return w;
}

Matrix loss_drops(const std::vector<size_t>& order, const std::vector<double>& before, const Matrix& after,
                  size_t k, int64_t sweeps) {
  const size_t m = before.size();
  Matrix b(m, std::vector<double>(k));
  const std::vector<double>* last = &before;
  for (size_t s = 0; s < order.size(); ++s) {
    for (size_t i = 0; i < m; ++i) b[i][order[s]] += ((*last)[i] - after[s][i]) / static_cast<double>(sweeps);
    last = &after[s];
  }
  return b;
}

Matrix solve_law(const Matrix& w, const Matrix& b) {
  const auto k = static_cast<Eigen::Index>(w.size());
  Eigen::MatrixXd mixtures(k, k);
  for (Eigen::Index r = 0; r < k; ++r)
    for (Eigen::Index c = 0; c < k; ++c) mixtures(r, c) = w[static_cast<size_t>(r)][static_cast<size_t>(c)];
  const Eigen::PartialPivLU<Eigen::MatrixXd> solver(mixtures);
  Matrix a;
  for (const auto& row : b) {
    const Eigen::VectorXd x = solver.solve(Eigen::Map<const Eigen::VectorXd>(row.data(), k));
    a.emplace_back(x.data(), x.data() + k);
  }
  return a;
}

Matrix normalised_law(Matrix a) {
  double least = 0, sum = 0;
  for (const auto& row : a) least = std::min(least, *std::min_element(row.begin(), row.end()));
  for (auto& row : a)
    for (double& x : row) sum += x -= least;
  if (sum > 0)
    for (auto& row : a)
      for (double& x : row) x /= sum;
  return a;
}

std::vector<double> column_sums(const Matrix& a) {
  std::vector<double> out(a.empty() ? 0 : a.front().size());
  for (const auto& row : a)
    for (size_t j = 0; j < out.size(); ++j) out[j] += row[j];
  return out;
}

}  // namespace rnb
