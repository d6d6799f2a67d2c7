#include "results/commands.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include <sys/wait.h>
#include <unistd.h>
#include <boost/program_options.hpp>

#include "base/atomic_file.h"
#include "base/command_line.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/progress.h"
#include "base/shell_word.h"
#include "base/suggest.h"
#include "results/best_static.h"
#include "results/hdf5_file.h"
#include "results/merge.h"
#include "results/profile.h"
#include "results/report_table.h"
#include "results/run_file.h"
#include "results/validate.h"

namespace rnb {
namespace po = boost::program_options;
namespace fs = std::filesystem;
namespace {

// Options plus the positional RUNS; prints the help and returns false when that was asked for.
bool parse(const std::vector<std::string>& args, const char* command, const char* summary,
           po::options_description& options, std::vector<std::string>& runs, po::variables_map& values) {
  if (!parse_command_line(args, {command, "RUNS...", summary}, options, values, &runs)) return false;
  if (runs.empty())
    fail_usage(command, "no run is named; give run folders, run.h5 files, or a folder of run folders");
  return true;
}

TableFormat format_of(const std::string& name) {
  if (name == "text") return TableFormat::Text;
  if (name == "md") return TableFormat::Markdown;
  if (name == "csv") return TableFormat::Csv;
  if (name == "latex") return TableFormat::Latex;
  fail_usage("report", "--format {}{}", name, suggestion(name, {"text", "md", "csv", "latex"}));
}

void write_html(const std::string& out, const ReportTable& table, const std::vector<RunPlace>& runs) {
  const fs::path parent = fs::absolute(out).parent_path();
  if (!fs::is_directory(parent)) fail("report", "{}: the folder {} does not exist", out, parent.string());
  const fs::path csv = temporary_name(fs::path(out).replace_extension(".csv"));
  write_file_atomic(csv, render(table, TableFormat::Csv));
  const char* given = std::getenv("RNB_PYTHON");
  const std::string python = given ? given : RNB_SOURCE_DIR "/.venv/bin/python";
  const char* scripts = std::getenv("RNB_PLOTS");  // the folder plots/ of an installation
  const fs::path script = fs::path(scripts ? scripts : RNB_SOURCE_DIR "/plots") / "report.py";
  std::vector<std::string> words{
      python,    script.string(), "--out",   out,
      "--table", csv.string(),    "--notes", fmt::format("{}", fmt::join(table.notes, "\n"))};
  for (const RunPlace& run : runs)  // the drawing program finds the runs of a merged file itself
    if (words.back() != run.file.string()) words.push_back(run.file.string());
  std::vector<char*> argv;
  for (std::string& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  int status = 0;
  const bool drawn =
      child > 0 && ::waitpid(child, &status, 0) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  std::error_code ignored;
  fs::remove(csv, ignored);
  if (!drawn)
    fail("report",
         "{}: the page could not be drawn by {}; run scripts/setup.sh, or set RNB_PYTHON to a Python with "
         "h5py and matplotlib",
         out, python);
}

// The sweeps that made the runs left their command lines beside them.
std::vector<std::string> commands_that_made(const std::vector<RunPlace>& places) {
  std::vector<std::string> lines;
  for (const RunPlace& place : places) {
    const fs::path log = place.file.parent_path().parent_path() / "sweep-commands.txt";
    if (!fs::exists(log)) continue;
    std::istringstream text(read_text_file(log));
    for (std::string line; std::getline(text, line);)
      if (!std::count(lines.begin(), lines.end(), line)) lines.push_back(line);
  }
  return lines;
}

void best_static(const std::string& out, const std::vector<std::string>& args,
                 const std::vector<RunPlace>& places, const std::vector<RunSummary>& runs) {
  const StaticGrid grid = static_grid(runs);
  const auto place = std::find_if(places.begin(), places.end(),
                                  [&](const RunPlace& p) { return p.text() == grid.best.file.string(); });
  RNB_ASSERT(place != places.end());
  const auto domains = Hdf5Reader(place->file, place->group()).strings("/mixture/domain_names");
  auto commands = commands_that_made(places);
  std::vector<std::string> words{"rnb", "report"};
  words.insert(words.end(), args.begin(), args.end());
  commands.push_back(shell_line(words));
  write_best_static(out, grid, domains, commands);
  std::cout << text_of(grid, domains);
}

}  // namespace

int report_command(const std::vector<std::string>& args) {
  po::options_description options("Options of rnb report");
  std::vector<std::string> places;
  std::string format = "text", out, html, best, baseline = "stratified";
  po::variables_map values;
  options.add_options()("format", po::value(&format), "text, md, csv or latex (default text)")(
      "out", po::value(&out), "write the table to this file")(
      "vs", po::value(&baseline),
      "method (with its options, as the table shows it) that differences are taken to (default stratified)")(
      "html", po::value(&html), "write one self-contained page with figures (PNG and PDF files beside it)")(
      "best-static", po::value(&best),
      "instead: the best of a grid of static mixtures (method = fixed weights=simplex(4,8)), with its "
      "neighbours and the grid's spread; written to this file as JSON");
  if (!parse(args, "report", "a table over seeds, with paired differences and the measured bill", options,
             places, values))
    return 0;
  const TableFormat wanted = format_of(format);
  const auto found = find_runs(places);
  std::vector<RunSummary> runs;
  for (const RunPlace& place : found) runs.push_back(read_run(place));
  if (!best.empty()) {
    best_static(best, args, found, runs);
    return 0;
  }
  const ReportTable table = report_table(runs, baseline);
  const std::string text = render(table, wanted);
  if (out.empty()) {
    std::cout << text;
  } else {
    write_file_atomic(out, text);
  }
  if (!html.empty()) write_html(html, table, found);
  return 0;
}

int info_command(const std::vector<std::string>& args) {
  po::options_description options("Options of rnb info");
  std::vector<std::string> places;
  options.add_options()("json", "one JSON array, for machines");
  po::variables_map values;
  if (!parse(args, "info", "runs in words", options, places, values)) return 0;
  if (values.count("json")) {
    nlohmann::json all = nlohmann::json::array();
    for (const RunPlace& place : find_runs(places)) all.push_back(to_json(read_run(place)));
    fmt::print("{}\n", all.dump(2));
    return 0;
  }
  for (const RunPlace& place : find_runs(places)) {
    const RunSummary r = read_run(place);
    fmt::print("{}\n  {} ({}) on {}, {} domains, seed {}: {}\n", place.text(), r.label, r.run_id, r.dataset,
               r.grouping, r.seed(), r.status);
    fmt::print("  {} parameters, {} steps; test loss {:.4f}, accuracy {:.2f} %, mean over domains {:.4f}\n",
               r.parameters, std::isnan(r.steps) ? 0 : r.steps, r.test_loss, 100 * r.accuracy,
               r.domain_mean_loss);
    fmt::print("  wall time {}; the method's overhead {:.2f} % of training seconds, {:.3f} % of its FLOPs\n",
               format_duration(r.wall_seconds), 100 * r.overhead(r.seconds), 100 * r.overhead(r.flops));
    for (const auto& [phase, seconds] : r.seconds)
      if (seconds > 0 || r.flops.at(phase) > 0)
        fmt::print("    {:16} {:>10.2f} s {:>12.4g} FLOP\n", phase, seconds, r.flops.at(phase));
  }
  return 0;
}

int profile_command(const std::vector<std::string>& args) {
  po::options_description options("Options of rnb profile");
  std::vector<std::string> places;
  int operators = 8;
  auto add = options.add_options();
  add("operators", po::value(&operators),
      "how many of the operators with the most FLOPs to show (default 8)");
  add("json", "one JSON array with all of them, for machines");
  po::variables_map values;
  if (!parse(args, "profile", "where the seconds and FLOPs of runs go", options, places, values)) return 0;
  if (operators < 0) fail_usage("profile", "--operators {}; expected 0 or more", operators);
  nlohmann::json all = nlohmann::json::array();
  std::string text;
  for (const Profile& profile : profiles_of(find_runs(places))) {
    all.push_back(to_json(profile));
    text += (text.empty() ? "" : "\n") + render(profile, static_cast<size_t>(operators));
  }
  fmt::print("{}", values.count("json") ? all.dump(2) + "\n" : text);
  return 0;
}

int validate_command(const std::vector<std::string>& args) {
  po::options_description options("Options of rnb validate");
  std::vector<std::string> places;
  options.add_options()("json", "one JSON object of file: [problems], for machines");
  po::variables_map values;
  if (!parse(args, "validate", "check run files against the schema", options, places, values)) return 0;
  int bad = 0;
  nlohmann::json all = nlohmann::json::object();
  for (const RunPlace& place : find_runs(places)) {
    std::vector<std::string> problems;
    try {
      problems = validate_run(place.file, place.group());
    } catch (const Error& e) {
      problems = {e.what()};
    }
    all[place.text()] = problems;
    bad += !problems.empty();
    if (values.count("json")) continue;
    fmt::print("{}: {}\n", place.text(), problems.empty() ? "valid" : "does not fit the schema");
    for (const auto& p : problems) fmt::print("  {}\n", p);
  }
  if (values.count("json")) fmt::print("{}\n", all.dump(2));
  return bad > 0 ? 4 : 0;
}

int merge_command(const std::vector<std::string>& args) {
  po::options_description options("Options of rnb merge");
  std::vector<std::string> places;
  std::string out;
  po::variables_map values;
  options.add_options()("out", po::value(&out), "the new file; each run becomes the group /<run id>");
  if (!parse(args, "merge", "many runs -> one file", options, places, values)) return 0;
  if (out.empty()) fail_usage("merge", "--out is missing");
  merge_runs(find_runs(places), out);
  return 0;
}

}  // namespace rnb
