#include "harness/sweep/sweep_summary.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "base/progress.h"
#include "harness/sweep/sweep_history.h"
#include "harness/sweep/sweep_size.h"

namespace rnb {

void print_plan(const SweepPlan& plan, const SweepOptions& options) {
  const SweepHistory history(options.out);
  std::vector<std::pair<const Experiment*, int>> shared;  // the first of runs with one preparation; how many
  int finished = 0;
  double bytes = 0;  // of the runs that are left
  const double measured = history.mean_bytes();
  for (const Experiment& e : plan.experiments) {
    if (shared.empty() || preparation_of(*shared.back().first) != preparation_of(e))
      shared.emplace_back(&e, 0);
    ++shared.back().second;
    if (history.finished(e))
      ++finished;
    else
      bytes += measured > 0 ? measured : estimated_run_bytes(e);
  }
  const int left = static_cast<int>(plan.experiments.size()) - finished;
  fmt::print(stderr, "plan: {} runs in {}, {} at a time", plan.experiments.size(), options.out.string(),
             options.jobs);
  if (finished) fmt::print(stderr, "; {} were finished before", finished);
  if (plan.repeated) fmt::print(stderr, "; {} repetitions left out", plan.repeated);
  fmt::print(stderr, "\n");
  for (const auto& [first, runs] : shared)
    fmt::print(stderr, "  {:4} share {}, {}\n", runs, first->store, first->grouping);
  const double mean = history.mean_seconds();
  if (left == 0) return;
  if (mean > 0)
    fmt::print(stderr, "  estimated time: {} ({} per run so far)\n",
               format_duration(mean * left / std::min(options.jobs, left)), format_duration(mean));
  else
    fmt::print(stderr, "  estimated time: unknown until the first run ends\n");
  fmt::print(stderr, "  estimated disk: {} ({} per run{})\n", format_bytes(bytes), format_bytes(bytes / left),
             measured > 0 ? " so far" : ", by its settings");
}

void print_report(const SweepReport& report) {
  fmt::print(stderr, "{} runs made, {} finished before, {} failed", report.made, report.already_finished,
             report.failures.size());
  if (report.not_started) fmt::print(stderr, ", {} cut or not started", report.not_started);
  fmt::print(stderr, "\n");
  for (const SweepFailure& failure : report.failures)
    fmt::print(stderr, "failed ({}): {}\n  log: {}\n", failure.code, failure.what, failure.log.string());
  if (report.signal) fmt::print(stderr, "stopped by signal {}; the same command goes on\n", report.signal);
}

}  // namespace rnb
