#pragma once
// Equal-FLOPs comparison: a budget for all that a method spends decides how long its main run is.
//
// What one step costs is measured on fresh batches before the run starts; the method starts with the number
// of steps that the whole budget would pay for; what its start has cost (proxies, probes, a graph) and what
// its signals will cost along the way is taken off; the rest sets the main run's steps, and with them the
// schedule's horizon. Periods that a method derived from the number of steps stay as they are.

#include "harness/trainer/run.h"

namespace rnb {

// Measures a step and sets the steps that the whole budget would pay for. A FLOP counter must be counting
// into the run's ledger, in phase `setup`. UsageError where it does not pay for one step.
void plan_budget(Run& run);

// After the method's start: the steps that are left to the main run, written to the log. Nothing without a
// budget.
void settle_budget(Run& run);

}  // namespace rnb
