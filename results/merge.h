#pragma once
// Many run files -> one, to hand on: each run whole in the group /<run_id>.

#include <filesystem>
#include <vector>

#include "results/run_file.h"

namespace rnb {

// Written whole (temporary file, fsync, rename). Merged files may be merged again. Error when a run id
// appears twice or a file is not a run.
void merge_runs(const std::vector<RunPlace>& runs, const std::filesystem::path& out);

}  // namespace rnb
