// k-means and silhouette on points of MiniLM's width.

#include <benchmark/benchmark.h>

#include "base/random.h"
#include "methods/regroup/kmeans.h"

namespace rnb {
namespace {

std::vector<float> made_points(int64_t n, int64_t dim) {
  Rng rng(2, "bench/points");
  std::vector<float> out(static_cast<size_t>(n * dim));
  for (float& v : out) v = static_cast<float>(rng.normal());
  return out;
}

void kmeans_10_clusters(benchmark::State& state) {
  const auto values = made_points(state.range(0), 384);
  const Points points{values, state.range(0), 384};
  for (auto _ : state) benchmark::DoNotOptimize(kmeans(points, 10, {}));
}
BENCHMARK(kmeans_10_clusters)->Arg(2000)->Arg(8000)->Unit(benchmark::kMillisecond);

void silhouettes_of_four_clusterings(benchmark::State& state) {
  const auto values = made_points(state.range(0), 384);
  const Points points{values, state.range(0), 384};
  std::vector<std::vector<int32_t>> assignments;
  for (const int64_t k : {5, 10, 15, 20}) assignments.push_back(kmeans(points, k, {1, 1, 5}).assignment);
  for (auto _ : state) benchmark::DoNotOptimize(silhouettes(points, assignments, 1));
}
BENCHMARK(silhouettes_of_four_clusterings)->Arg(2000)->Arg(8000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rnb
