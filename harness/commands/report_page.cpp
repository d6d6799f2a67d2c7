#include "harness/commands/report_page.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/environment.h"
#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/installation.h"
#include "base/launch.h"
#include "base/text.h"
#include "results/series.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

// What a program that was started said on its standard error, and how it ended.
struct Outcome {
  int code = 0;
  std::string said;
};

Outcome outcome_of(const std::vector<std::string>& words) {
  const FileDescriptor errors(::memfd_create("errors", MFD_CLOEXEC));
  if (!errors.is_open()) fail("report", "no memory for a program's messages: {}", std::strerror(errno));
  Outcome out;
  out.code = run_program({.words = words, .error = errors.get(), .group = Launch::Group::Ours});
  std::array<char, 4096> block{};
  off_t at = 0;
  for (ssize_t n = 0; (n = ::pread(errors.get(), block.data(), block.size(), at)) > 0; at += n)
    out.said.append(block.data(), static_cast<size_t>(n));
  out.said = trimmed(out.said);
  return out;
}

std::string python_hint() {
  return fmt::format("run scripts/setup.sh, or set {} to a Python with h5py and matplotlib",
                     name_of(Variable::Python));
}

void draw(const fs::path& out, const std::vector<std::string>& words) {
  Outcome drawn;
  try {
    drawn = outcome_of(words);
  } catch (const ChildFailure& failure) {
    fail("report", "{}: the page could not be drawn: {}; {}", out.string(), failure.what(), python_hint());
  }
  if (drawn.code == 0) {
    if (!drawn.said.empty()) fmt::print(stderr, "{}\n", drawn.said);
    return;
  }
  const bool imports = drawn.said.find("ModuleNotFoundError") != std::string::npos ||
                       drawn.said.find("ImportError") != std::string::npos;
  fail("report", "{}: the page could not be drawn by {} (exit code {}){}{}{}", out.string(), words.front(),
       drawn.code, imports ? "; " + python_hint() : "", drawn.said.empty() ? "" : ":\n", drawn.said);
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
  const std::string csv_text = render(table, TableFormat::Csv);
  const std::string series_text = series_json(summaries_of(runs)).dump();
  const AtomicFolder given(fs::path(out).replace_extension(".drawing"));  // never committed: it goes with us
  const fs::path csv = given.path() / "table.csv", series = given.path() / "series.json";
  write_file_atomic(csv, csv_text);
  write_file_atomic(series, series_text);
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
  draw(out, words);
}

}  // namespace rnb
