// The sweep over k of `rnb regroup`: k-means for each k, then the silhouettes of all of them.

#include "base/npy.h"
#include "benchmarks/compare/rounds.h"
#include "methods/regroup/silhouette.h"

namespace rnb {
namespace fs = std::filesystem;

Round kmeans_rounds(const fs::path& points_file, const fs::path& out, const std::vector<int64_t>& ks) {
  const NpyArray array(points_file);
  const auto values = array.values<float>();
  return [out, ks, copy = std::vector<float>(values.begin(), values.end()), n = array.shape().at(0),
          dim = array.shape().at(1)] {
    const Points points{copy, n, dim};
    const Stopwatch watch;
    const auto tried = kmeans_sweep(points, ks, {});
    const double kmeans_seconds = watch.seconds();
    std::vector<std::vector<int32_t>> assignments;
    for (const Clustering& c : tried) assignments.push_back(c.assignment);
    const auto scores = silhouettes(points, assignments, 1);
    const double seconds = watch.seconds();
    std::vector<double> inertia;
    std::vector<int32_t> labels;
    for (const Clustering& c : tried) {
      inertia.push_back(c.inertia);
      labels.insert(labels.end(), c.assignment.begin(), c.assignment.end());
    }
    write_npy<int32_t>(out, labels, {static_cast<int64_t>(ks.size()), n});
    return nlohmann::json{{"seconds", seconds},
                          {"kmeans_seconds", kmeans_seconds},
                          {"inertia", inertia},
                          {"silhouette", scores}};
  };
}

}  // namespace rnb
