#pragma once
// Regroup (R&B, Algorithm 2): cluster the training embeddings for each k, choose k by silhouette, give
// evaluation examples the nearest training centroid.

#include <string>
#include <vector>

#include "datasets/grouping.h"
#include "methods/regroup/kmeans.h"

namespace rnb {

// "original" | "regroup:k=10" | "regroup:k=5..30:5,embedder=static,seed=3" | "random:k=10,seed=2" | a
// folder's name
struct GroupingExpression {
  enum class Kind { Named, Regroup, Random } kind = Kind::Named;
  std::string name;         // the grouping folder's name, canonical
  std::vector<int64_t> ks;  // ascending
  std::string embedder = "minilm";
  uint64_t seed = 1;
  int nredo = 3;
};
GroupingExpression parse_grouping(const std::string& text);  // UsageError with the expected forms

// embeddings: [examples of the store x dim]. The manifest holds k, silhouette by k, sizes, keywords, the
// table original x new (training examples), inertia, seconds and warnings.
struct RegroupOutcome {
  Grouping grouping;
  std::vector<float> centroids;
};
RegroupOutcome regroup(const Store& store, const Points& embeddings, const GroupingExpression& expression);

}  // namespace rnb
