#include "results/merge.h"

#include <map>

#include "base/atomic_file.h"
#include "base/error.h"
#include "results/hdf5_file.h"
#include "results/run_file.h"

namespace rnb {
namespace fs = std::filesystem;

void merge_runs(const std::vector<fs::path>& run_files, const fs::path& out) {
  std::map<std::string, fs::path> by_id;
  for (const fs::path& file : run_files) {
    const std::string id = read_run(file).run_id;
    if (id.empty() || id.find('/') != std::string::npos || id == ".")
      fail("merge", "{}: has the run id \"{}\", which cannot name a group", file.string(), id);
    if (const auto [other, added] = by_id.emplace(id, file); !added)
      fail("merge", "{}: is the same run as {} (run id {}); name it once", file.string(),
           other->second.string(), id);
  }
  const fs::path temporary = temporary_name(out);
  try {
    Hdf5Writer writer(temporary);
    writer.group("/", "rnb-runs");
    for (const auto& [id, file] : by_id) writer.copy_file(file, "/" + id);
    writer.close();
    commit_file(temporary, out);
  } catch (...) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw;
  }
}

}  // namespace rnb
