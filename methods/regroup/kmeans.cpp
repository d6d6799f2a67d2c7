#include "methods/regroup/kmeans.h"

#include <algorithm>
#include <cmath>

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>

#include "base/error.h"
#include "base/parallel.h"
#include "methods/regroup/one_thread.h"

namespace rnb {
namespace {

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
  RNB_ASSERT(points.dim > 0 && static_cast<int64_t>(points.values.size()) == points.n * points.dim);
  const OneThread one_thread;
  faiss::IndexFlatL2 index(points.dim);
  index.add(static_cast<faiss::Index::idx_t>(centroids.size()) / points.dim, centroids.data());
  std::vector<faiss::Index::idx_t> nearest(static_cast<size_t>(points.n));
  std::vector<float> distance(nearest.size());
  if (points.n > 0) index.search(points.n, points.values.data(), 1, distance.data(), nearest.data());
  return {nearest.begin(), nearest.end()};
}

Clustering kmeans(const Points& points, int64_t k, const KMeansOptions& options) {
  RNB_ASSERT(points.dim > 0 && static_cast<int64_t>(points.values.size()) == points.n * points.dim);
  if (k < 1 || k > points.n)
    fail("regroup", "k = {} clusters of {} training points; expected k from 1 to the number of points", k,
         points.n);
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

std::vector<Clustering> kmeans_sweep(const Points& points, std::span<const int64_t> ks,
                                     const KMeansOptions& options) {
  std::vector<Clustering> out(ks.size());
  const auto n = static_cast<int64_t>(ks.size());
  parallel_for(n, omp_get_max_threads(), [&](int64_t i) {
    const auto at = static_cast<size_t>(n - 1 - i);  // the largest k takes longest: first
    out[at] = kmeans(points, ks[at], options);
  });
  return out;
}

}  // namespace rnb
