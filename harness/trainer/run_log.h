#pragma once
// What a run writes into its event log (docs/results-format.md).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/trainer/run.h"
#include "harness/trainer/step.h"

namespace rnb {

void warn(Run& run, int64_t step, const std::string& code, const std::string& text);

// After a step of the run, also one that a kept probe takes: its log line and its report, where they are due.
void log_after_step(Run& run, const StepRecord& made);

// Losses of a split's examples at this step; returned as well.
ExampleLosses report(Run& run, const std::vector<int64_t>& examples, std::string_view split);

// At the end: the losses of each test and validation example, and what the task measures beside losses.
// Returns the test loss per token in nats; NaN where there is no token.
double log_final_reports(Run& run);

// The bill so far, beside the paper's own formulas.
void log_ledger(Run& run);

}  // namespace rnb
