// `rnb validate`: do run files fit docs/results-format.md?

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/exit_code.h"
#include "harness/commands/command.h"
#include "harness/commands/named_runs.h"
#include "results/validate.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

po::options_description described() {
  po::options_description options("Options of rnb validate");
  options.add_options()("json", "one JSON object of file: [problems], for machines");
  return options;
}

std::vector<std::string> problems_of(const RunPlace& place) {
  try {
    return validate_run(place.file, place.group());
  } catch (const Error& e) {
    return {e.what()};
  }
}

int validate(const CommandInput& input) {
  const bool json = input.has("json");
  bool all_fit = true;
  auto all = nlohmann::json::object();
  for (const RunPlace& place : named_runs(input, "validate")) {
    const auto problems = problems_of(place);
    all[place.text()] = problems;
    all_fit = all_fit && problems.empty();
    if (json) continue;
    fmt::print("{}: {}\n", place.text(), problems.empty() ? "valid" : "does not fit the schema");
    for (const std::string& problem : problems) fmt::print("  {}\n", problem);
  }
  if (json) fmt::print("{}\n", all.dump(2));
  return all_fit ? kExitOk : kExitMismatch;
}

}  // namespace

RNB_REGISTER(Command, .name = "validate", .section = Section::Results, .usage = "RUNS...",
             .summary = "check run files against the schema", .options = described, .run = validate);

}  // namespace rnb
