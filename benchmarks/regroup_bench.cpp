// k-means and silhouette on points of MiniLM's width.

#include <benchmark/benchmark.h>

#include "base/random.h"
#include "methods/regroup/silhouette.h"

namespace rnb {
namespace {

std::vector<float> made_points(int64_t n, int64_t dim) {
  Rng rng(2, "bench/points");
  std::vector<float> out(static_cast<size_t>(n * dim));
  for (float& v : out) v = static_cast<float>(rng.normal());
  return out;
}

const std::vector<int64_t> kClusters{5, 10, 15, 20};

void kmeans_of_10(benchmark::State& state) {
  const auto values = made_points(state.range(0), 384);
  const Points points{values, state.range(0), 384};
  for (auto _ : state) benchmark::DoNotOptimize(kmeans(points, 10, {}));
}
BENCHMARK(kmeans_of_10)->Arg(2000)->Arg(8000)->Unit(benchmark::kMillisecond)->UseRealTime();

void kmeans_of_5_10_15_20(benchmark::State& state) {
  const auto values = made_points(state.range(0), 384);
  const Points points{values, state.range(0), 384};
  for (auto _ : state) benchmark::DoNotOptimize(kmeans_sweep(points, kClusters, {}));
}
BENCHMARK(kmeans_of_5_10_15_20)->Arg(2000)->Arg(8000)->Unit(benchmark::kMillisecond)->UseRealTime();

void silhouettes_of_four_clusterings(benchmark::State& state) {
  const auto values = made_points(state.range(0), 384);
  const Points points{values, state.range(0), 384};
  std::vector<std::vector<int32_t>> assignments;
  for (const auto& c : kmeans_sweep(points, kClusters, {.nredo = 1, .iterations = 5}))
    assignments.push_back(c.assignment);
  for (auto _ : state) benchmark::DoNotOptimize(silhouettes(points, assignments, 1));
}
BENCHMARK(silhouettes_of_four_clusterings)
    ->Arg(2000)
    ->Arg(8000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace rnb
