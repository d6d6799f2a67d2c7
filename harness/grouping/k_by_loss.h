#pragma once
// The number of clusters by what it is for: short runs at each k, of stratified mixing unless asked
// otherwise, the k of the least validation loss (the paper's figure 2). Each k's clustering is a grouping of
// its own and each run a run of its own, under STORE/k-runs: what is there already is not done again.

#include <functional>
#include <string>

#include "datasets/store/grouping.h"
#include "harness/config/experiment.h"
#include "harness/grouping/resolve_options.h"
#include "methods/regroup/grouping_expression.h"

namespace rnb {

using GroupingAt = std::function<Grouping(const std::string& expression)>;

struct KByLoss {
  Grouping grouping;   // the best k's, under the expression's own name; not saved
  std::string source;  // the name of that k's own grouping
};

// `base` gives what the expression leaves open: store, device, precision. The manifest gains "loss": {k,
// value [k x seeds], mean, run_ids, ...}, the silhouettes of all k, and the cost of all k: seconds and FLOPs
// of clustering and runs. Warns when the best k is at the edge of the range, or when its loss cannot be told
// from another k's. Ties go to the smaller k. Error when no k has a finite loss.
KByLoss choose_k_by_loss(const Store& store, const GroupingExpression& expression, const Experiment& base,
                         const GroupingAt& grouping_at, const ShortRunner& run);

}  // namespace rnb
