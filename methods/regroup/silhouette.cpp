#include "methods/regroup/silhouette.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/parallel.h"
#include "base/random.h"
#include "methods/regroup/one_thread.h"

// BLAS by its Fortran name: LibTorch's MKL serves it where LibTorch is linked, OpenBLAS elsewhere.
extern "C" int sgemm_(const char* transa, const char* transb, const int* m, const int* n, const int* k,
                      const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
                      const float* beta, float* c, const int* ldc);

namespace rnb {
namespace {

// Distances of kBlock points to kTile points are held at once: 256 KiB of products, for the cache.
constexpr int64_t kBlock = 64, kTile = 1024;
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

  // Rows begin .. begin + count as `count` columns beside those from `first` on:
  // out[j * count + r] = <x_(begin + r), x_(first + j)>, in BLAS's column order.
  void dots(int64_t begin, int64_t count, int64_t first, int64_t columns, std::vector<float>& out) const {
    const int rows = static_cast<int>(count), others = static_cast<int>(columns),
              inner = static_cast<int>(dim_);
    const float one = 1, zero = 0;
    sgemm_("T", "N", &rows, &others, &inner, &one, x_.data() + begin * dim_, &inner, x_.data() + first * dim_,
           &inner, &zero, out.data(), &rows);
  }

  // out[r] = |x_(begin + r) - x_j| from the products dot[r].
  void distances(size_t begin, size_t count, size_t j, const float* dot, double* out) const {
    const double* const norm = norm_.data() + begin;
    const double own = norm_[j];
    int cancelled = 0;
    for (size_t r = 0; r < count; ++r) {
      const double norms = norm[r] + own, squared = norms - 2.0 * static_cast<double>(dot[r]);
      cancelled |= squared <= kCancelled * norms;
      out[r] = std::sqrt(squared);
    }
    if (cancelled == 0) return;
    for (size_t r = 0; r < count; ++r) {
      const double norms = norm[r] + own;
      if (norms - 2.0 * static_cast<double>(dot[r]) <= kCancelled * norms) out[r] = direct(begin + r, j);
    }
  }

 private:
  double direct(size_t i, size_t j) const {
    const auto dim = static_cast<size_t>(dim_);
    double sum = 0;
    for (size_t d = 0; d < dim; ++d) {
      const double difference = static_cast<double>(x_[i * dim + d]) - static_cast<double>(x_[j * dim + d]);
      sum += difference * difference;
    }
    return std::sqrt(sum);
  }

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

  // s(i) from the sums of point i's distances to each cluster, `stride` apart.
  double silhouette(size_t i, const double* sums, size_t stride) const {
    const auto own = static_cast<size_t>(label[i]);
    if (size[own] < 2) return 0;
    double b = std::numeric_limits<double>::infinity();
    for (size_t c = 0; c < size.size(); ++c)
      if (c != own && size[c] > 0) b = std::min(b, sums[c * stride] / static_cast<double>(size[c]));
    if (!std::isfinite(b)) return 0;
    const double a = sums[own * stride] / static_cast<double>(size[own] - 1), larger = std::max(a, b);
    return larger > 0 ? (b - a) / larger : 0.0;
  }
};

// Sums of s(i) over the points begin .. begin + count, one for each clustering. Distances of one point to the
// block lie side by side, so that a cluster's sums of all points of the block grow together.
std::vector<double> block_sums(const Rows& rows, const std::vector<Labels>& labels, int64_t n, int64_t begin,
                               int64_t count) {
  const OneThread one_thread;
  const auto first_row = static_cast<size_t>(begin), width = static_cast<size_t>(count);
  std::vector<std::vector<double>> sums;  // [clustering][cluster * width + row]
  for (const Labels& l : labels) sums.emplace_back(l.size.size() * width);
  std::vector<float> dots(width * static_cast<size_t>(kTile));
  std::vector<double> distance(width);
  for (int64_t first = 0; first < n; first += kTile) {
    const int64_t columns = std::min(kTile, n - first);
    rows.dots(begin, count, first, columns, dots);
    for (int64_t c = 0; c < columns; ++c) {
      const auto j = static_cast<size_t>(first + c);
      rows.distances(first_row, width, j, dots.data() + c * count, distance.data());
      if (j >= first_row && j < first_row + width) distance[j - first_row] = 0;
      for (size_t s = 0; s < labels.size(); ++s) {
        double* const to = sums[s].data() + static_cast<size_t>(labels[s].label[j]) * width;
        for (size_t r = 0; r < width; ++r) to[r] += distance[r];
      }
    }
  }
  std::vector<double> out(labels.size());
  for (size_t s = 0; s < labels.size(); ++s)
    for (size_t r = 0; r < width; ++r)
      out[s] += labels[s].silhouette(first_row + r, sums[s].data() + r, width);
  return out;
}

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
  const auto n = static_cast<int64_t>(chosen.size());
  std::vector<std::vector<double>> blocks(static_cast<size_t>((n + kBlock - 1) / kBlock));
  parallel_for(static_cast<int64_t>(blocks.size()), omp_get_max_threads(), [&](int64_t i) {
    const int64_t begin = i * kBlock;
    blocks[static_cast<size_t>(i)] = block_sums(rows, labels, n, begin, std::min(kBlock, n - begin));
  });
  std::vector<double> total(labels.size());
  for (const auto& block : blocks)
    for (size_t s = 0; s < total.size(); ++s) total[s] += block[s];
  for (double& t : total) t /= static_cast<double>(n);
  return total;
}

}  // namespace rnb
