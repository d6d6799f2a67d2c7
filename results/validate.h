#pragma once
// Does a run.h5 fit docs/results-format.md?

#include <filesystem>
#include <string>
#include <vector>

namespace rnb {

// What does not fit, one sentence each; empty: valid. `group` is "/<run_id>" in a merged file. Error when the
// file is missing or not HDF5 at all.
std::vector<std::string> validate_run(const std::filesystem::path& run_h5, const std::string& group = "");

}  // namespace rnb
