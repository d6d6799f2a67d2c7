#pragma once
// Many run files -> one, to hand on: each run whole in the group /<run_id>.

#include <filesystem>
#include <vector>

namespace rnb {

// Written whole (temporary file, fsync, rename). Error when a run id appears twice or a file is not a run.
void merge_runs(const std::vector<std::filesystem::path>& run_files, const std::filesystem::path& out);

}  // namespace rnb
