#pragma once
// The series of figures: one per row of the table, with a name that no other series of its data set has.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "results/run_file.h"

namespace rnb {

struct Series {
  std::string dataset, grouping;  // grouping: as short as tells it from the others
  std::string name;               // "rnb, regroup-k10, lr=0.001": the settings that the rows differ in
  std::vector<std::string> runs;  // run ids, by seed
};

// Of the complete runs, each counted once; by data set, the original domains first.
std::vector<Series> series_of(const std::vector<RunSummary>& runs);

// "series" and "phases" (what each phase counts as, for files that do not say it themselves): what
// plots/report.py draws by.
nlohmann::json series_json(const std::vector<RunSummary>& runs);

}  // namespace rnb
