#pragma once
// The files of a sweep's runs: what their logs are called, and which run.h5 was there before.

#include <filesystem>
#include <string>

#include <time.h>

namespace rnb {

// Gives a log the name of its run: <run id>.log, and <run id>.2.log for a second attempt; returns it. Sweeps
// that share the folder never take each other's. Where the file system has no links the log keeps its name.
std::filesystem::path name_log(const std::filesystem::path& log, const std::string& run_id);

timespec file_clock();  // now, by the clock that file times are made from: compares exactly with them
bool older_than(const std::filesystem::path& file, const timespec& moment);  // false: it is not there

}  // namespace rnb
