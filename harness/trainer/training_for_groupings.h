#pragma once
// What a grouping may have trained on the way (harness/grouping/resolve_options.h), by whole runs of the
// bench: short runs for the choice of k in STORE/k-runs, a CLIP to embed images with in STORE/embedder-runs.
// What is there already is not done again.

#include "harness/grouping/resolve_options.h"

namespace rnb {

// Watches for stop signals from the first run on. `shared_machine`: the runs' seconds are kept out of
// overhead tables.
ResolveOptions options_with_training(const std::string& device, Precision precision,
                                     bool shared_machine = false);

}  // namespace rnb
