// The event log: one line a step, as a run with 45 domains writes it.

#include <filesystem>

#include <benchmark/benchmark.h>

#include "results/event_log.h"

namespace rnb {
namespace {

void append_a_step_event(benchmark::State& state) {
  const auto file = std::filesystem::temp_directory_path() / "rnb-bench-events.jsonl";
  std::filesystem::remove(file);
  const std::vector<double> epochs(45, 0.123456789);
  const std::vector<int64_t> counts(45, 7);
  {
    EventLog log(file);
    for (auto _ : state)
      log.append({{"event", "step"},
                  {"step", 10},
                  {"loss", 5.4321},
                  {"lr", 1e-3},
                  {"tokens", 12345},
                  {"counts", counts},
                  {"epochs", epochs}});
  }
  std::filesystem::remove(file);
}
BENCHMARK(append_a_step_event)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace rnb
