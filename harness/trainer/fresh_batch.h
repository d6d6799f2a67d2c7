#pragma once
// Batches beside the training stream, for probes and measurements.

#include <cstdint>
#include <string_view>
#include <vector>

#include "harness/trainer/run.h"

namespace rnb {

// `examples` drawn anew by `mixture` from pools [m] (domains without examples give their share to the
// others), sorted by domain, on the device. Keyed by the run's seed and step, `purpose` and `stream`: it
// never touches the training streams. Empty where no domain of the mixture has examples.
Batch fresh_batch(const Run& run, const std::vector<std::vector<int64_t>>& pools, const Weights& mixture,
                  int64_t examples, std::string_view purpose, uint64_t stream);

}  // namespace rnb
