// The event log, one line per step, and the HDF5 file made from it, as a run with 45 domains writes them.

#include <benchmark/benchmark.h>

#include <fmt/format.h>

#include "results/event_log.h"
#include "results/hdf5_file.h"
#include "results/write_run_h5.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

constexpr size_t kDomains = 45;

nlohmann::json step_event(int64_t step) {
  return {{"event", "step"},
          {"step", step},
          {"loss", 5.4321},
          {"lr", 1e-3},
          {"grad_norm", 1.25},
          {"tokens", 12345 * step},
          {"flops", 3e8 * static_cast<double>(step)},
          {"seconds", 0.05 * static_cast<double>(step)},
          {"counts", std::vector<int64_t>(kDomains, 7)},
          {"epochs", std::vector<double>(kDomains, 0.123456789)}};
}

void append_a_step_event(benchmark::State& state) {
  const test::TemporaryFolder folder;
  EventLog log(folder.path() / "events.jsonl");
  int64_t step = 0;
  for (auto _ : state) log.append(step_event(++step));
}
BENCHMARK(append_a_step_event)->Unit(benchmark::kMicrosecond);

// steps x domains doubles: the file is made, filled and closed.
void hdf5_write_a_table(benchmark::State& state) {
  const test::TemporaryFolder folder;
  const auto steps = static_cast<uint64_t>(state.range(0));
  const std::vector<double> values(steps * kDomains, 0.123456789);
  for (auto _ : state) {
    Hdf5Writer file(folder.path() / "table.h5");
    file.group("/steps", "rnb-steps");
    file.doubles("/steps/epochs", values, {steps, kDomains}, "1");
    file.close();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(values.size() * sizeof(double)));
}
BENCHMARK(hdf5_write_a_table)->Arg(100)->Arg(10'000)->Unit(benchmark::kMicrosecond);

// events.jsonl with that many step events to run.h5, the way a run ends.
void run_file_from_its_log(benchmark::State& state) {
  const test::TemporaryFolder folder;
  test::HandMadeRun run;
  run.active.clear();
  for (size_t i = 0; i < kDomains; ++i) run.active.push_back(fmt::format("domain {}", i));
  auto events = test::events_of(run);
  std::vector<nlohmann::json> steps;
  for (int64_t s = 1; s <= state.range(0); ++s) steps.push_back(step_event(s));
  for (auto it = events.begin(); it != events.end();)
    it = it->at("event") == "step" ? events.erase(it) : it + 1;
  events.insert(events.begin() + 3, steps.begin(), steps.end());
  const auto made = test::write_events(folder.path(), run.run_id, events);
  for (auto _ : state) write_run_h5(made);
}
BENCHMARK(run_file_from_its_log)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rnb
