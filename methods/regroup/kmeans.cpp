#include "methods/regroup/kmeans.h"

#include <algorithm>
#include <cmath>

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>

#include "base/error.h"
#include "base/random.h"

// BLAS by its Fortran name: LibTorch's MKL serves it where LibTorch is linked, OpenBLAS elsewhere.
extern "C" int sgemm_(const char* transa, const char* transb, const int* m, const int* n, const int* k,
                      const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
                      const float* beta, float* c, const int* ldc);
extern "C" void omp_set_num_threads(int);
extern "C" int omp_get_max_threads();

namespace rnb {
namespace {

// FAISS sums centroids per thread: one thread makes the result the same on every machine.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

double squared_distance(const float* a, const float* b, int64_t dim) {
  double sum = 0;
  for (int64_t i = 0; i < dim; ++i) {
    const double d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += d * d;
  }
  return sum;
}

void drop_empty(Clustering& c, int64_t dim) {
  std::vector<int64_t> size(static_cast<size_t>(c.k));
  for (const int32_t a : c.assignment) ++size[static_cast<size_t>(a)];
  std::vector<int32_t> number(size.size(), -1);
  std::vector<float> kept;
  int32_t next = 0;
  for (size_t i = 0; i < size.size(); ++i) {
    if (size[i] == 0) continue;
    number[i] = next++;
    const auto from = c.centroids.begin() + static_cast<std::ptrdiff_t>(static_cast<int64_t>(i) * dim);
    kept.insert(kept.end(), from, from + dim);
  }
  c.dropped_empty = c.k - next;
  c.k = next;
  c.centroids = std::move(kept);
  for (int32_t& a : c.assignment) a = number[static_cast<size_t>(a)];
}

}  // namespace

std::vector<int32_t> assign_nearest(const Points& points, std::span<const float> centroids) {
  const OneThread one_thread;
  faiss::IndexFlatL2 index(points.dim);
  index.add(static_cast<faiss::Index::idx_t>(centroids.size()) / points.dim, centroids.data());
  std::vector<faiss::Index::idx_t> nearest(static_cast<size_t>(points.n));
  std::vector<float> distance(nearest.size());
  if (points.n > 0) index.search(points.n, points.values.data(), 1, distance.data(), nearest.data());
  return {nearest.begin(), nearest.end()};
}

Clustering kmeans(const Points& points, int64_t k, const KMeansOptions& options) {
  if (k < 1 || k > points.n)
    fail("regroup", "k = {} clusters of {} training points; expected 1 to {}", k, points.n, points.n);
  for (const float v : points.values)
    if (!std::isfinite(v)) fail("regroup", "an embedding is not finite; make the embeddings again");
  const OneThread one_thread;
  faiss::ClusteringParameters parameters;
  parameters.niter = options.iterations;
  parameters.nredo = options.nredo;
  parameters.seed = static_cast<int>(options.seed % 0x7fffffff);
  parameters.min_points_per_centroid = 1;  // no warning for small clusters: they are reported by the caller
  parameters.max_points_per_centroid = 1 << 30;  // never subsample
  faiss::Clustering clustering(static_cast<int>(points.dim), static_cast<int>(k), parameters);
  faiss::IndexFlatL2 index(points.dim);
  clustering.train(points.n, points.values.data(), index);
  Clustering out;
  out.k = k;
  out.centroids = clustering.centroids;
  out.assignment = assign_nearest(points, out.centroids);
  drop_empty(out, points.dim);
  for (int64_t i = 0; i < points.n; ++i)
    out.inertia += squared_distance(
        points.values.data() + i * points.dim,
        out.centroids.data() + out.assignment[static_cast<size_t>(i)] * points.dim, points.dim);
  return out;
}

std::vector<double> silhouettes(const Points& all, std::span<const std::vector<int32_t>> assignments,
                                uint64_t seed, int64_t exact_limit) {
  std::vector<int64_t> chosen = permutation(all.n, Rng(seed, "silhouette"));
  if (all.n > exact_limit) chosen.resize(static_cast<size_t>(exact_limit));
  std::sort(chosen.begin(), chosen.end());
  const auto n = static_cast<int64_t>(chosen.size()), dim = all.dim;
  std::vector<float> x;
  std::vector<double> norm;
  for (const int64_t i : chosen) {
    const float* row = all.values.data() + i * dim;
    x.insert(x.end(), row, row + dim);
    double sum = 0;
    for (int64_t d = 0; d < dim; ++d) sum += static_cast<double>(row[d]) * static_cast<double>(row[d]);
    norm.push_back(sum);
  }
  const size_t sweeps = assignments.size();
  std::vector<std::vector<int32_t>> label(sweeps);
  std::vector<std::vector<int64_t>> size(sweeps);
  for (size_t s = 0; s < sweeps; ++s) {
    for (const int64_t i : chosen) label[s].push_back(assignments[s][static_cast<size_t>(i)]);
    size[s].resize(static_cast<size_t>(*std::max_element(label[s].begin(), label[s].end())) + 1);
    for (const int32_t a : label[s]) ++size[s][static_cast<size_t>(a)];
  }
  std::vector<double> total(sweeps);
  constexpr int64_t kBlock = 256;
  std::vector<float> dots(static_cast<size_t>(kBlock * n));
  std::vector<double> distance(static_cast<size_t>(n)), sums;
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int rows = static_cast<int>(std::min(kBlock, n - begin)), columns = static_cast<int>(n),
              inner = static_cast<int>(dim);
    const float one = 1, zero = 0;
    // Column-major (n x rows) = X^T-transposed times the block: dots[r * n + j] = <x_(begin + r), x_j>.
    sgemm_("T", "N", &columns, &rows, &inner, &one, x.data(), &inner, x.data() + begin * dim, &inner, &zero,
           dots.data(), &columns);
    for (int r = 0; r < rows; ++r) {
      const auto i = static_cast<size_t>(begin + r);
      for (size_t j = 0; j < distance.size(); ++j) {
        const double squared =
            norm[i] + norm[j] - 2.0 * static_cast<double>(dots[static_cast<size_t>(r) * distance.size() + j]);
        distance[j] = std::sqrt(std::max(0.0, squared));
      }
      distance[i] = 0;
      for (size_t s = 0; s < sweeps; ++s) {
        const auto own = static_cast<size_t>(label[s][i]);
        if (size[s][own] < 2) continue;
        sums.assign(size[s].size(), 0.0);
        for (size_t j = 0; j < distance.size(); ++j) sums[static_cast<size_t>(label[s][j])] += distance[j];
        double nearest = INFINITY;
        for (size_t c = 0; c < sums.size(); ++c)
          if (c != own && size[s][c] > 0)
            nearest = std::min(nearest, sums[c] / static_cast<double>(size[s][c]));
        if (!std::isfinite(nearest)) continue;  // one cluster only
        const double within = sums[own] / static_cast<double>(size[s][own] - 1);
        const double larger = std::max(within, nearest);
        total[s] += larger > 0 ? (nearest - within) / larger : 0.0;
      }
    }
  }
  for (double& t : total) t /= static_cast<double>(n);
  return total;
}

}  // namespace rnb
