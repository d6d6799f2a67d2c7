#pragma once
// The best of a grid of static mixtures (`method = fixed weights=simplex(m,n)`): the ground truth that other
// methods are held against, where a grid can be afforded.

#include <filesystem>
#include <string>
#include <vector>

#include "results/run_file.h"
#include "results/statistics.h"

namespace rnb {

struct StaticMixture {
  std::vector<double> weights;  // [m], sum 1
  std::vector<double> loss;     // [seeds], in the order of StaticGrid::seeds
  Spread spread;                // of the losses
  Spread above_best;            // of the losses minus the best mixture's, paired by seed
};

struct OtherMethod {
  std::string label;
  Spread spread, above_best;  // over the seeds that it shares with the grid
};

struct StaticGrid {
  std::vector<StaticMixture> mixtures;  // of every seed; the best (smallest mean) first, rising
  std::vector<std::string> seeds;
  std::vector<OtherMethod> others;  // of the same data, grouping and setting; by mean
  bool weighted = false;            // the loss is weighted by the data's own evaluation weights
  int64_t parts = 0;                // the grid's step is 1 / parts
  int64_t left_out = 0;             // mixtures that lack a seed
  RunSummary best;                  // the best mixture's first run: what all runs have in common
  // Mixtures of the grid one step away from the best: one part moved from one domain to another.
  std::vector<const StaticMixture*> neighbours() const;
  // How many mixtures, the best included, have a difference to the best whose 95 % interval holds 0.
  int64_t not_told_apart() const;
  double seed_deviation() const;  // root mean square over the mixtures; NaN for one seed
};

// Loss: the last test evaluation's, weighted where the data set has evaluation weights (nats per token).
// Error when the complete runs hold no `fixed weights=...`, or are of several data sets, groupings or
// settings.
StaticGrid static_grid(const std::vector<RunSummary>& runs);

std::string text_of(const StaticGrid& grid, const std::vector<std::string>& domains);

// JSON: the best mixture with its loss by seed, its neighbours, the landscape with all points, the
// experiment, the store's digest and the commands that made it.
void write_best_static(const std::filesystem::path& file, const StaticGrid& grid,
                       const std::vector<std::string>& domains, const std::vector<std::string>& commands);

}  // namespace rnb
