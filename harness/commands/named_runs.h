#pragma once
// The words RUNS of the commands that read finished runs.

#include <string>
#include <vector>

#include "harness/commands/command.h"
#include "results/run_file.h"

namespace rnb {

// Run folders, run.h5 files, merged files or folders of run folders; UsageError when none is named.
std::vector<RunPlace> named_runs(const CommandInput& input, const std::string& command);

}  // namespace rnb
