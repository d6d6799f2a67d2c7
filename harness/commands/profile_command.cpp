// `rnb profile`: where the seconds and FLOPs of runs go.

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "harness/commands/command.h"
#include "harness/commands/named_runs.h"
#include "results/profile.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

po::options_description described() {
  po::options_description options("Options of rnb profile");
  auto add = options.add_options();
  add("operators", po::value<int>()->default_value(8),
      "how many of the operators with the most FLOPs to show");
  add("json", "one JSON array with all of them, for machines");
  return options;
}

int profile(const CommandInput& input) {
  const int operators = input.get<int>("operators");
  if (operators < 0) fail_usage("profile", "--operators {}; expected 0 or more", operators);
  auto all = nlohmann::json::array();
  std::string text;
  for (const Profile& one : profiles_of(named_runs(input, "profile"))) {
    all.push_back(to_json(one));
    text += (text.empty() ? "" : "\n") + render(one, static_cast<size_t>(operators));
  }
  fmt::print("{}", input.has("json") ? all.dump(2) + "\n" : text);
  return 0;
}

}  // namespace

RNB_REGISTER(Command, .name = "profile", .section = Section::Results, .usage = "RUNS...",
             .summary = "where the seconds and FLOPs of runs go", .options = described, .run = profile);

}  // namespace rnb
