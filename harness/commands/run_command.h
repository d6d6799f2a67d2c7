#pragma once
// `rnb run`: one experiment, from a prepared store to a finished run folder.

#include <string>
#include <vector>

namespace rnb {

// Returns the exit code: 0, or 128 + n after a stop signal. Throws Error and UsageError.
int run_command(const std::vector<std::string>& args);

}  // namespace rnb
