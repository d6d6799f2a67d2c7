#pragma once
// Parquet files for tests, written by pyarrow from JSON rows.

#include <cstdlib>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/base/scratch_folder.h"

namespace rnb {

inline bool pyarrow_is_there() {
  return std::system(RNB_SOURCE_DIR "/.venv/bin/python -c 'import pyarrow.parquet' 2>/dev/null") == 0;
}

// Row groups of `group` rows; the types follow from the values.
inline std::filesystem::path write_parquet(const ScratchFolder& folder, const std::string& name,
                                           const nlohmann::json& rows, int group = 2) {
  folder.write(name + ".json", rows.dump());
  const std::string file = (folder.path() / name).string();
  const std::string command =
      RNB_SOURCE_DIR
      "/.venv/bin/python -c '"
      "import json, sys, pyarrow, pyarrow.parquet as pq\n"
      "pq.write_table(pyarrow.Table.from_pylist(json.load(open(sys.argv[1] + \".json\"))), sys.argv[1], "
      "row_group_size=int(sys.argv[2]))' '" +
      file + "' " + std::to_string(group);
  if (std::system(command.c_str()) != 0) throw std::runtime_error("pyarrow could not write " + file);
  return file;
}

}  // namespace rnb
