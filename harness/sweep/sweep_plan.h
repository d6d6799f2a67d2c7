#pragma once
// An experiment file as a list of runs. Sections:
//   [data] or [data NAME]  how to prepare a store: the options of `rnb prepare` (dataset, from, limit,
//   tokenizer, ...)
//   [grid NAME]            one grid: its axes replace the common axes of the same key; several are joined
//   any other              a label; its keys are common to all grids
// An axis: a comma list, a repeated key, or 1..3 (1..9:2) for whole numbers. `method = rnb gram=unbiased,
// natural` gives options with a method, `method = fixed weights=simplex(4,8)` a grid over the simplex
// (harness/sweep/simplex_grid.h). A quoted value is never split.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/config/experiment.h"
#include "harness/config/ini_file.h"

namespace rnb {

struct StorePlan {
  std::string name, store;             // folder; empty until the sweep's folder is known
  std::vector<std::string> arguments;  // of `rnb prepare`, without --out
};

struct SweepPlan {
  std::vector<StorePlan> stores;  // to prepare, in the file's order
  std::vector<Experiment>
      experiments;   // without repetitions; runs that share a store and grouping are neighbours
  int repeated = 0;  // left out, since another one of the plan is the same run
};

// `overrides`: key and value from the command line; each replaces that key in every grid (and may be a list
// itself). `out` is where stores go that have no folder of their own. UsageError with file:line.
SweepPlan plan_sweep(const IniFile& file, const std::vector<std::pair<std::string, std::string>>& overrides,
                     const std::string& out);

// Runs with one text are the same run: a sweep makes it once, and finds it again in its history.
std::string identity_of(const Experiment& e);
// Runs with one text open the same store and grouping: what the first prepares serves the others.
std::string preparation_of(const Experiment& e);

// "1..3" -> 1 2 3 for whole-number keys; "a, b" -> a b. `grouping` keeps "regroup:k=10,seed=2" in one piece,
// `method` keeps "fixed weights=1,2" and expands "fixed weights=simplex(2,1)" -> weights=0,1 weights=1,0.
// UsageError naming the key, the value and what was expected.
std::vector<std::string> axis_values(const std::string& key, const std::string& value);

}  // namespace rnb
