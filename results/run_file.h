#pragma once
// What tables need of a run, read back from its run.h5.

#include <compare>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "results/phases.h"
#include "results/table_row.h"
#include "results/validate.h"  // IWYU pragma: export

namespace rnb {

// Where a run is stored: a file of its own, or a group of a merged one.
struct RunPlace {
  std::filesystem::path file;
  std::string run_id;         // "": the whole file is the run
  std::string text() const;   // "runs/a/run.h5", or "all.h5/a" as h5ls names it
  std::string group() const;  // "" or "/a"
  auto operator<=>(const RunPlace&) const = default;
};

struct RunSummary {
  std::filesystem::path file;  // RunPlace::text()
  std::string run_id, status, label, dataset, grouping;
  std::string store_digest;   // "" where the run has none
  nlohmann::json experiment;  // key -> value text
  bool shared_machine = false;
  double parameters = 0, test_loss = 0, domain_mean_loss = 0, accuracy = 0, weighted_loss = 0;  // NaN: none
  RowKeys row;  // as the file says; empty: an older file. row_of() gives it either way.
  std::map<std::string, double> seconds, flops;  // by ledger phase
  std::map<std::string, PhaseKind> kinds;  // of the phases, as the file says; a phase that is not here counts
                                           // as results/phases.h says
  // The paper's formula, share of training FLOPs. 0 for a method that never changed its mixture and spent no
  // FLOPs; NaN where the paper has no formula.
  double formula_overhead = 0;
  double steps = 0;  // of the main run, as made; NaN: it has not come to its end
  double wall_seconds = 0;
  std::string seed() const { return experiment.value("seed", ""); }
  // The method's phases / the run's own steps; NaN without a step.
  double overhead(const std::map<std::string, double>& by_phase) const;
};

RunSummary read_run(const RunPlace& place);
inline RunSummary read_run(const std::filesystem::path& run_h5) {
  return read_run(RunPlace{run_h5, ""});
}
nlohmann::json to_json(const RunSummary& run);
// Run folders, run.h5 files, folders of run folders, or files of `rnb merge` -> runs, sorted. Error when one
// holds none.
std::vector<RunPlace> find_runs(const std::vector<std::string>& places);

}  // namespace rnb
