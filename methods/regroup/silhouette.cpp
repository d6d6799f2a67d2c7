#include "methods/regroup/silhouette.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "methods/regroup/one_thread.h"

// BLAS by its Fortran name: LibTorch's MKL serves it where LibTorch is linked, OpenBLAS elsewhere.
extern "C" int sgemm_(const char* transa, const char* transb, const int* m, const int* n, const int* k,
                      const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
                      const float* beta, float* c, const int* ldc);

namespace rnb {
namespace {

constexpr int64_t kBlock = 256;  // rows of distances at once: what bounds the memory
// |x|^2 + |y|^2 - 2 x.y in float32 is good to about 1e-6 of the norms; below this share of them the
// difference is computed directly.
constexpr double kCancelled = 1e-3;

// The chosen rows, moved so that their mean is the origin: distances stay, and the products above lose least.
class Rows {
 public:
  Rows(const Points& all, const std::vector<int64_t>& chosen)
      : n_(static_cast<int64_t>(chosen.size())), dim_(all.dim) {
    std::vector<double> mean(static_cast<size_t>(dim_));
    for (const int64_t i : chosen)
      for (size_t d = 0; d < mean.size(); ++d)
        mean[d] += static_cast<double>(all.values[static_cast<size_t>(i * dim_) + d]);
    for (double& m : mean) m /= static_cast<double>(n_);
    x_.reserve(static_cast<size_t>(n_ * dim_));
    for (const int64_t i : chosen) {
      double sum = 0;
      for (size_t d = 0; d < mean.size(); ++d) {
        x_.push_back(
            static_cast<float>(static_cast<double>(all.values[static_cast<size_t>(i * dim_) + d]) - mean[d]));
        sum += static_cast<double>(x_.back()) * static_cast<double>(x_.back());
      }
      norm_.push_back(sum);
    }
  }

  // dots[r * n + j] = <x_(begin + r), x_j>: in BLAS's column order, (n x rows) = X^T (n x dim) times the
  // block.
  void dots(int64_t begin, int64_t count, std::vector<float>& out) const {
    const int rows = static_cast<int>(count), columns = static_cast<int>(n_), inner = static_cast<int>(dim_);
    const float one = 1, zero = 0;
    sgemm_("T", "N", &columns, &rows, &inner, &one, x_.data(), &inner, x_.data() + begin * dim_, &inner,
           &zero, out.data(), &columns);
  }

  double distance(size_t i, size_t j, float dot) const {
    const double norms = norm_[i] + norm_[j], squared = norms - 2.0 * static_cast<double>(dot);
    if (squared > kCancelled * norms) return std::sqrt(squared);
    const auto dim = static_cast<size_t>(dim_);
    double sum = 0;
    for (size_t d = 0; d < dim; ++d) {
      const double difference = static_cast<double>(x_[i * dim + d]) - static_cast<double>(x_[j * dim + d]);
      sum += difference * difference;
    }
    return std::sqrt(sum);
  }

 private:
  int64_t n_, dim_;
  std::vector<float> x_;
  std::vector<double> norm_;
};

// One clustering of the chosen points.
struct Labels {
  std::vector<int32_t> label;
  std::vector<int64_t> size;

  Labels(const std::vector<int32_t>& assignment, const std::vector<int64_t>& chosen) {
    for (const int64_t i : chosen) label.push_back(assignment[static_cast<size_t>(i)]);
    size.resize(static_cast<size_t>(*std::max_element(label.begin(), label.end())) + 1);
    for (const int32_t a : label) ++size[static_cast<size_t>(a)];
  }

  // s(i) from the distances of point i to all points; `sums` is room for one number a cluster.
  double silhouette(size_t i, const std::vector<double>& distance, std::vector<double>& sums) const {
    const auto own = static_cast<size_t>(label[i]);
    if (size[own] < 2) return 0;
    sums.assign(size.size(), 0.0);
    for (size_t j = 0; j < distance.size(); ++j) sums[static_cast<size_t>(label[j])] += distance[j];
    double b = std::numeric_limits<double>::infinity();
    for (size_t c = 0; c < sums.size(); ++c)
      if (c != own && size[c] > 0) b = std::min(b, sums[c] / static_cast<double>(size[c]));
    if (!std::isfinite(b)) return 0;
    const double a = sums[own] / static_cast<double>(size[own] - 1), larger = std::max(a, b);
    return larger > 0 ? (b - a) / larger : 0.0;
  }
};

}  // namespace

std::vector<double> silhouettes(const Points& points, std::span<const std::vector<int32_t>> assignments,
                                uint64_t seed, int64_t exact_limit) {
  RNB_ASSERT(points.n > 0 && static_cast<int64_t>(points.values.size()) == points.n * points.dim);
  std::vector<int64_t> chosen = permutation(points.n, Rng(seed, "silhouette"));
  if (points.n > exact_limit) chosen.resize(static_cast<size_t>(exact_limit));
  std::sort(chosen.begin(), chosen.end());
  const Rows rows(points, chosen);
  std::vector<Labels> labels;
  for (const auto& assignment : assignments) {
    RNB_ASSERT(static_cast<int64_t>(assignment.size()) == points.n);
    labels.emplace_back(assignment, chosen);
  }
  const OneThread one_thread;
  const auto n = static_cast<int64_t>(chosen.size());
  std::vector<double> total(labels.size()), distance(chosen.size()), sums;
  std::vector<float> dots(static_cast<size_t>(kBlock * n));
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int64_t count = std::min(kBlock, n - begin);
    rows.dots(begin, count, dots);
    for (int64_t r = 0; r < count; ++r) {
      const auto i = static_cast<size_t>(begin + r);
      const float* dot = dots.data() + r * n;
      for (size_t j = 0; j < distance.size(); ++j) distance[j] = rows.distance(i, j, dot[j]);
      distance[i] = 0;
      for (size_t s = 0; s < labels.size(); ++s) total[s] += labels[s].silhouette(i, distance, sums);
    }
  }
  for (double& t : total) t /= static_cast<double>(n);
  return total;
}

}  // namespace rnb
