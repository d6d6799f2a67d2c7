#pragma once
// An archive of a repository (one folder at its top, as GitHub packs it) -> files.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace rnb {

struct Unpacked {
  int64_t files = 0, bytes = 0;
};

// Members whose paths below the top folder begin with one of `keep` become files in `folder`, whole or not at
// all. Links and devices are passed over. FetchStopped when told to stop; Error where the archive is damaged,
// leads out of the folder or passes the caps.
Unpacked unpack(const std::filesystem::path& archive, const std::filesystem::path& folder,
                const std::vector<std::string>& keep, const std::function<bool()>& stop);

// What is in a folder now, to compare.
Unpacked count_files(const std::filesystem::path& folder);

}  // namespace rnb
