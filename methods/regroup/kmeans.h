#pragma once
// k-means (FAISS: Lloyd on Euclidean distance).

#include <cstdint>
#include <span>
#include <vector>

namespace rnb {

struct Points {  // row-major [n x dim]
  std::span<const float> values;
  int64_t n = 0, dim = 0;
};

struct KMeansOptions {
  uint64_t seed = 1;
  int nredo = 3, iterations = 25;
};

struct Clustering {
  int64_t k = 0;                    // without empty clusters
  std::vector<float> centroids;     // [k x dim]
  std::vector<int32_t> assignment;  // [n]
  double inertia = 0;               // sum of squared distances to the centroids
  int64_t dropped_empty = 0;        // clusters that came out empty and were dropped
};

// The best of nredo starts from seeded random points. The same result for any number of threads. Error: k >
// n, k < 1.
Clustering kmeans(const Points& points, int64_t k, const KMeansOptions& options);

// kmeans() for each k, several at a time on as many threads as OpenMP has here. In the order of `ks`.
std::vector<Clustering> kmeans_sweep(const Points& points, std::span<const int64_t> ks,
                                     const KMeansOptions& options);

// Index of the nearest centroid of each point.
std::vector<int32_t> assign_nearest(const Points& points, std::span<const float> centroids);

}  // namespace rnb
