// `rnb info`: runs in words.

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/progress.h"
#include "harness/commands/command.h"
#include "harness/commands/named_runs.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

po::options_description described() {
  po::options_description options("Options of rnb info");
  options.add_options()("json", "one JSON array, for machines");
  return options;
}

void print(const RunPlace& place, const RunSummary& r) {
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

int info(const CommandInput& input) {
  const auto places = named_runs(input, "info");
  if (!input.has("json")) {
    for (const RunPlace& place : places) print(place, read_run(place));
    return 0;
  }
  auto all = nlohmann::json::array();
  for (const RunPlace& place : places) all.push_back(to_json(read_run(place)));
  fmt::print("{}\n", all.dump(2));
  return 0;
}

}  // namespace

RNB_REGISTER(Command, .name = "info", .section = Section::Results, .usage = "RUNS...",
             .summary = "runs in words", .options = described, .run = info);

}  // namespace rnb
