#pragma once
// What a sweep says before and after, on standard error.

#include "harness/sweep/sweep.h"

namespace rnb {

// Runs, what they share, and how much time and disk the ones that are left will take.
void print_plan(const SweepPlan& plan, const SweepOptions& options);
void print_report(const SweepReport& report);

}  // namespace rnb
