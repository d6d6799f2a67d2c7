#pragma once
// events.jsonl -> run.h5, written whole: temporary file, fsync, rename.

#include <filesystem>

namespace rnb {

// Reads <run_folder>/events.jsonl, writes <run_folder>/run.h5. Works on a partial log too (@status =
// partial).
void materialise_run(const std::filesystem::path& run_folder);

}  // namespace rnb
