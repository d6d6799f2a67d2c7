#pragma once
// The files of an S1 data set: shards train-000NN-of-000MM.parquet (in data/, as on the Hub), or one of JSON
// lines.

#include <filesystem>
#include <string>
#include <vector>

namespace rnb {

constexpr const char* kS1Files =
    "train-000NN-of-000MM.parquet (or the folder that holds them, or data/ with them), or a file of JSON "
    "lines";

struct S1Files {
  bool parquet = false;
  std::vector<std::filesystem::path> files;  // in the order of their names; one of JSON lines
  std::vector<std::string> notes;            // shards that are not there
};

// Error saying what was expected where there is nothing usable.
S1Files find_s1_files(const std::filesystem::path& from);

}  // namespace rnb
