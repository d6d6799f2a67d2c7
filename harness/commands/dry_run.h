#pragma once
// `rnb run --dry-run`: what a run would cost, without a model's weights, a grouping being made, or a file
// being written.

#include "datasets/store/store.h"
#include "harness/bill/step_cost.h"
#include "harness/config/experiment.h"

namespace rnb {

// Of a step on this store: lengths as batches drawn from it have them, the peak at the longest. `domains`: of
// the grouping. Probes, proxies and snapshots that a method asks for while it runs are not in it.
StepCost predict_step(const Experiment& experiment, const Store& store, int64_t domains);

void print_dry_run(const Experiment& experiment);

}  // namespace rnb
