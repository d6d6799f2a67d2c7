#pragma once
// events.jsonl -> run.h5, written whole: temporary file, fsync, rename.

#include <filesystem>

namespace rnb {

// Reads <run_folder>/events.jsonl, writes <run_folder>/run.h5; of a log without an end event with @status =
// partial. Error, and the earlier run.h5 stays, where the log is damaged or a write fails.
void write_run_h5(const std::filesystem::path& run_folder);

}  // namespace rnb
