#pragma once
// Points around far-apart corners, in mixed order, with the corner of each: what any k-means must find.

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "methods/regroup/kmeans.h"

namespace rnb {

struct Blobs {
  std::vector<float> values;
  std::vector<int32_t> corner;
  int64_t dim = 0;
  Points points() const { return {values, static_cast<int64_t>(corner.size()), dim}; }
};

// `corners` <= dim: corner c is 10 times unit vector c; every coordinate has noise of +-0.5.
inline Blobs make_blobs(int64_t n, int64_t corners, int64_t dim, uint64_t seed) {
  Rng rng(seed, "test/blobs");
  Blobs blobs;
  blobs.dim = dim;
  for (int64_t i = 0; i < n; ++i) {
    const auto c = static_cast<int64_t>(rng.below(static_cast<uint64_t>(corners)));
    blobs.corner.push_back(static_cast<int32_t>(c));
    for (int64_t d = 0; d < dim; ++d)
      blobs.values.push_back(static_cast<float>((d == c ? 10.0 : 0.0) + rng.uniform() - 0.5));
  }
  return blobs;
}

// The two clusterings are the same but for the numbers of the clusters.
inline bool same_partition(const std::vector<int32_t>& a, const std::vector<int32_t>& b) {
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if ((a[i] == a[j]) != (b[i] == b[j])) return false;
  return a.size() == b.size();
}

}  // namespace rnb
