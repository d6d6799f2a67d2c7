#pragma once
// How much disk a run takes, before any of its kind has been made.

#include <filesystem>

#include "harness/config/experiment.h"

namespace rnb {

// Bytes that the finished run keeps, from its settings and, where its store is there already, from the
// store's manifest (else: 4096 tokens, 8 domains). Checkpoints count with weights, the optimiser's two
// moments and, for a method that sums gradients per domain, one output head per domain; then a saved model,
// the log and run.h5.
double estimated_run_bytes(const Experiment& e);

// Bytes of all files under a folder; what vanishes while it is counted counts as nothing.
double folder_bytes(const std::filesystem::path& folder);

}  // namespace rnb
