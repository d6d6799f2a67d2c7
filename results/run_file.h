#pragma once
// What tables need of a run, read back from its run.h5.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "results/validate.h"  // IWYU pragma: export

namespace rnb {

struct RunSummary {
  std::filesystem::path file;
  std::string run_id, status, label, dataset, grouping;
  std::string store_digest;   // "" where the run has none
  nlohmann::json experiment;  // key -> value text
  bool shared_machine = false;
  double parameters = 0, test_loss = 0, domain_mean_loss = 0, accuracy = 0, weighted_loss = 0;  // NaN: none
  std::map<std::string, double> seconds, flops;  // by ledger phase
  double formula_overhead = 0;  // the paper's formula, share of training FLOPs; NaN: it has none
  double wall_seconds = 0;
  std::string seed() const { return experiment.value("seed", ""); }
  double overhead(const std::map<std::string, double>& by_phase) const;  // method's phases / train
};

RunSummary read_run(const std::filesystem::path& run_h5);
nlohmann::json to_json(const RunSummary& run);
// Run folders, run.h5 files, or folders of run folders -> run.h5 files, sorted. Error when one holds none.
std::vector<std::filesystem::path> find_runs(const std::vector<std::string>& places);

}  // namespace rnb
