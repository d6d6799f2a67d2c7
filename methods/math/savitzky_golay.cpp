#include "methods/math/savitzky_golay.h"

#include <algorithm>

#include <Eigen/Dense>

#include "base/error.h"

namespace rnb {

std::vector<double> savitzky_golay(std::span<const double> values, size_t window, size_t order) {
  RNB_ASSERT(window % 2 == 1 && window > order);
  std::vector<double> out(values.begin(), values.end());
  if (values.size() < window) return out;
  const auto w = static_cast<Eigen::Index>(window), half = w / 2,
             n = static_cast<Eigen::Index>(values.size());
  Eigen::MatrixXd basis(w, static_cast<Eigen::Index>(order) + 1);
  for (Eigen::Index i = 0; i < w; ++i) {
    basis(i, 0) = 1;  // powers of a place in [-1, 1]
    for (Eigen::Index d = 1; d < basis.cols(); ++d)
      basis(i, d) = basis(i, d - 1) * static_cast<double>(i - half) / static_cast<double>(half);
  }
  // Row i maps the window's values to the fitted polynomial's value at i.
  const Eigen::MatrixXd fitted = basis * basis.householderQr().solve(Eigen::MatrixXd::Identity(w, w));
  const Eigen::Map<const Eigen::VectorXd> y(values.data(), n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const Eigen::Index first = std::clamp<Eigen::Index>(i - half, 0, n - w);
    out[static_cast<size_t>(i)] = fitted.row(i - first).dot(y.segment(first, w));
  }
  return out;
}

}  // namespace rnb
