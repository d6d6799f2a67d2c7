// `rnb report`: runs -> a table over seeds, a page, or the best of a grid of static mixtures.

#include <algorithm>
#include <iostream>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/shell_word.h"
#include "base/suggest.h"
#include "base/text.h"
#include "harness/commands/command.h"
#include "harness/commands/named_runs.h"
#include "harness/commands/report_page.h"
#include "results/best_static.h"
#include "results/hdf5_file.h"
#include "results/report_table.h"

namespace rnb {
namespace po = boost::program_options;
namespace fs = std::filesystem;
namespace {

const std::vector<std::string> kFormats{"text", "md", "csv", "latex"};

po::options_description described() {
  po::options_description options("Options of rnb report");
  auto add = options.add_options();
  add("format", po::value<std::string>()->default_value("text"), "text, md, csv or latex");
  add("out", po::value<std::string>(), "write the table to this file");
  add("vs", po::value<std::string>()->default_value("stratified"),
      "method (with its options, as the table shows it) that differences are taken to");
  add("html", po::value<std::string>(),
      "write one self-contained page with figures (PNG and PDF files beside it)");
  add("best-static", po::value<std::string>(),
      "instead: the best of a grid of static mixtures (method = fixed weights=simplex(4,8)), with its "
      "neighbours and the grid's spread; written to this file as JSON");
  return options;
}

TableFormat format_of(const std::string& name) {
  if (name == "text") return TableFormat::Text;
  if (name == "md") return TableFormat::Markdown;
  if (name == "csv") return TableFormat::Csv;
  if (name == "latex") return TableFormat::Latex;
  fail_usage("report", "--format {}{}", name, suggestion(name, kFormats));
}

// The sweeps that made the runs left their command lines beside them.
std::vector<std::string> commands_that_made(const std::vector<RunPlace>& places) {
  std::vector<std::string> lines;
  for (const RunPlace& place : places) {
    const fs::path log = place.file.parent_path().parent_path() / "sweep-commands.txt";
    if (!fs::exists(log)) continue;
    for (const std::string& line : lines_of(read_text_file(log)))
      if (!std::count(lines.begin(), lines.end(), line)) lines.push_back(line);
  }
  return lines;
}

void best_static(const CommandInput& input, const std::vector<RunPlace>& places,
                 const std::vector<RunSummary>& runs) {
  const StaticGrid grid = static_grid(runs);
  const auto place = std::find_if(places.begin(), places.end(),
                                  [&](const RunPlace& p) { return p.text() == grid.best.file.string(); });
  RNB_ASSERT(place != places.end());
  const auto domains = Hdf5Reader(place->file, place->group()).strings("/mixture/domain_names");
  auto commands = commands_that_made(places);
  std::vector<std::string> words{"rnb", "report"};
  words.insert(words.end(), input.arguments.begin(), input.arguments.end());
  commands.push_back(shell_line(words));
  write_best_static(input.text("best-static"), grid, domains, commands);
  std::cout << text_of(grid, domains);
}

int report(const CommandInput& input) {
  const TableFormat format = format_of(input.text("format"));
  const auto places = named_runs(input, "report");
  std::vector<RunSummary> runs;
  for (const RunPlace& place : places) runs.push_back(read_run(place));
  if (input.has("best-static")) {
    best_static(input, places, runs);
    return 0;
  }
  const ReportTable table = report_table(runs, input.text("vs"));
  const std::string text = render(table, format);
  if (input.has("out")) {
    write_file_atomic(input.text("out"), text);
  } else {
    std::cout << text;
  }
  if (input.has("html")) write_report_page(input.text("html"), table, places);
  return 0;
}

ChoicesByOption choices() {
  return {{"format", {kFormats}}};
}

}  // namespace

RNB_REGISTER(Command, .name = "report", .section = Section::Results, .usage = "RUNS...",
             .summary = "a table over seeds, with paired differences and the measured bill; or a page",
             .options = described, .choices = choices, .run = report);

}  // namespace rnb
