#include "harness/commands/report_page.h"

#include <string>
#include <system_error>

#include "base/atomic_file.h"
#include "base/environment.h"
#include "base/error.h"
#include "base/installation.h"
#include "base/launch.h"
#include "results/series.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

bool drawn(const std::vector<std::string>& words) {
  try {
    return run_program({.words = words, .group = Launch::Group::Ours}) == 0;
  } catch (const ChildFailure&) {
    return false;
  }
}

std::vector<RunSummary> summaries_of(const std::vector<RunPlace>& places) {
  std::vector<RunSummary> out;
  for (const RunPlace& place : places) out.push_back(read_run(place));
  return out;
}

}  // namespace

void write_report_page(const fs::path& out, const ReportTable& table, const std::vector<RunPlace>& runs) {
  const fs::path parent = fs::absolute(out).parent_path();
  if (!fs::is_directory(parent))
    fail("report", "{}: the folder {} does not exist", out.string(), parent.string());
  const Installation here = this_installation();
  const fs::path csv = temporary_name(fs::path(out).replace_extension(".csv"));
  const fs::path series = temporary_name(fs::path(out).replace_extension(".series.json"));
  write_file_atomic(csv, render(table, TableFormat::Csv));
  write_file_atomic(series, series_json(summaries_of(runs)).dump());
  std::vector<std::string> words{here.python().string(),
                                 (here.plots() / "report.py").string(),
                                 "--out",
                                 out.string(),
                                 "--table",
                                 csv.string(),
                                 "--series",
                                 series.string(),
                                 "--notes",
                                 fmt::format("{}", fmt::join(table.notes, "\n"))};
  for (const RunPlace& run : runs)  // the drawing program finds the runs of a merged file itself
    if (words.back() != run.file.string()) words.push_back(run.file.string());
  const bool good = drawn(words);
  std::error_code ignored;
  fs::remove(csv, ignored);
  fs::remove(series, ignored);
  if (!good)
    fail("report",
         "{}: the page could not be drawn by {}; run scripts/setup.sh, or set {} to a Python with h5py and "
         "matplotlib",
         out.string(), words.front(), name_of(Variable::Python));
}

}  // namespace rnb
