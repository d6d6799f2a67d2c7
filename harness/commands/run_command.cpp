#include "harness/commands/run_command.h"

#include <cstdio>
#include <filesystem>
#include <thread>

#include <torch/torch.h>
#include <boost/program_options.hpp>

#include "base/command_line.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/stop_signal.h"
#include "harness/commands/dry_run.h"
#include "harness/config/experiment.h"
#include "harness/grouping/grouping_resolver.h"
#include "harness/trainer/run_experiment.h"

namespace rnb {
namespace po = boost::program_options;
namespace fs = std::filesystem;
namespace {

struct RunOptions {
  Experiment experiment;
  fs::path out = "runs";
  bool resume = false, fresh = false, shared_machine = false, dry_run = false, help = false;
};

po::options_description described() {
  po::options_description options("Options of rnb run", 110, 60);
  auto add = options.add_options();
  add("out", po::value<std::string>()->default_value("runs"),
      "folder of run folders; the run goes to OUT/<run id>");
  add("resume", "go on with a run that was cut (from its newest checkpoint, else from the start)");
  add("fresh", "throw away what an earlier attempt left, and start over");
  add("dry-run",
      "print parameters, FLOPs and memory of a step; train nothing, write nothing, need no such device");
  add("shared-machine", "other runs share the machine: keep this run's seconds out of overhead tables");
  const Experiment defaults;
  for (const ExperimentKey& key : experiment_keys()) {
    const std::string value = get_key(defaults, key.name);
    const std::string help = value.empty() ? key.help : fmt::format("{} (default {})", key.help, value);
    add(key.name.c_str(), po::value<std::vector<std::string>>()->composing(), help.c_str());
  }
  return options;
}

RunOptions parse(const std::vector<std::string>& args) {
  auto options = described();
  po::variables_map values;
  RunOptions out;
  out.help = !parse_command_line(args, {"run", "", "train one experiment"}, options, values);
  if (out.help) return out;
  for (const ExperimentKey& key : experiment_keys()) {
    if (!values.count(key.name)) continue;
    const auto given = values[key.name].as<std::vector<std::string>>();
    if (given.size() > 1 && key.name != "method-option")
      fail_usage("run", "--{} is given {} times; one run has one value (rnb sweep makes grids)", key.name,
                 given.size());
    for (const std::string& value : given) set_key(out.experiment, key.name, value, "command line");
  }
  out.out = values["out"].as<std::string>();
  out.resume = values.count("resume") > 0;
  out.fresh = values.count("fresh") > 0;
  out.dry_run = values.count("dry-run") > 0;
  out.shared_machine = values.count("shared-machine") > 0;
  if (out.resume && out.fresh) fail_usage("run", "--resume and --fresh exclude each other");
  check_experiment(out.experiment);
  return out;
}

}  // namespace

int run_command(const std::vector<std::string>& args) {
  const RunOptions options = parse(args);
  if (options.help) return 0;
  const Experiment& e = options.experiment;
  if (options.dry_run) {
    print_dry_run(e);
    return 0;
  }
  const int threads =
      e.threads > 0 ? e.threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  at::set_num_threads(threads);
  resolve_device(e.device);  // before anything is touched

  const Store store(e.store);
  const Grouping grouping = resolve_grouping(
      store, e.grouping,
      {.device = e.device, .precision = e.precision, .shared_machine = options.shared_machine});
  fmt::print("run_folder={}\n", (options.out / run_id(e, store.digest(), grouping.digest)).string());
  std::fflush(stdout);
  watch_stop_signals();
  RunSettings settings;
  settings.out = options.out;
  settings.earlier = options.resume ? Earlier::Resume : options.fresh ? Earlier::StartOver : Earlier::Refuse;
  settings.shared_machine = options.shared_machine;
  settings.threads = threads;
  const RunResult result = run_experiment(e, store, grouping, settings);
  if (result.finished_before) {
    fmt::print(stderr, "already finished: {}\n", result.folder.string());
    return 0;
  }
  if (result.outcome.signal != 0) {
    fmt::print(stderr, "stopped by signal {} at step {}; go on with: {} --out {} --resume\n",
               result.outcome.signal, result.outcome.step, reproducer_line(e), options.out.string());
    return 128 + result.outcome.signal;
  }
  if (result.uncovered > 0.02 && result.seconds > 5)
    fmt::print(stderr, "warning: {:.1f} % of the wall time is in no phase of the ledger\n",
               100 * result.uncovered);
  fmt::print(stderr, "test loss {:.4f} in {}; {}\n", result.outcome.test_loss,
             format_duration(result.seconds), (result.folder / "run.h5").string());
  return 0;
}

}  // namespace rnb
