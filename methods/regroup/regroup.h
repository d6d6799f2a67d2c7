#pragma once
// Regroup (R&B, Algorithm 2): cluster the training embeddings for each k, choose k by silhouette, give
// evaluation examples the nearest training centroid.

#include <string>
#include <vector>

#include "datasets/store/grouping.h"
#include "methods/regroup/grouping_expression.h"
#include "methods/regroup/kmeans.h"

namespace rnb {

// embeddings: [examples of the store x dim], all finite; Error otherwise, and when a k exceeds the training
// examples. The manifest holds k, silhouette by k, sizes (training; _valid, _test), keywords, the table
// original x new (training), inertia, seconds and warnings.
struct RegroupOutcome {
  Grouping grouping;
  std::vector<float> centroids;
};
RegroupOutcome regroup(const Store& store, const Points& embeddings, const GroupingExpression& expression);

}  // namespace rnb
