#pragma once
// events.jsonl -> run.h5, written whole: temporary file, fsync, rename.

#include <filesystem>

namespace rnb {

// Reads <run_folder>/events.jsonl, writes <run_folder>/run.h5. Works on a partial log too (@status =
// partial).
void write_run_h5(const std::filesystem::path& run_folder);

}  // namespace rnb
