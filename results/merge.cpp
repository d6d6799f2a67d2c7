#include "results/merge.h"

#include <map>

#include "base/atomic_file.h"
#include "base/error.h"
#include "results/hdf5_file.h"
#include "results/run_file.h"

namespace rnb {
namespace fs = std::filesystem;

void merge_runs(const std::vector<RunPlace>& runs, const fs::path& out) {
  std::map<std::string, RunPlace> by_id;
  for (const RunPlace& run : runs) {
    const std::string id = read_run(run).run_id;
    if (id.empty() || id.find('/') != std::string::npos || id == ".")
      fail("merge", "{}: has the run id \"{}\", which cannot name a group", run.text(), id);
    if (const auto [other, added] = by_id.emplace(id, run); !added)
      fail("merge", "{}: is the same run as {} (run id {}); name it once", run.text(), other->second.text(),
           id);
  }
  const fs::path temporary = temporary_name(out);
  try {
    Hdf5Writer writer(temporary);
    writer.group("/", "rnb-runs");
    for (const auto& [id, run] : by_id)
      writer.copy_group(run.file, run.run_id.empty() ? "/" : run.group(), "/" + id);
    writer.close();
    commit_file(temporary, out);
  } catch (...) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw;
  }
}

}  // namespace rnb
