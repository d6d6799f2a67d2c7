#include "harness/run_command.h"

#include <cstdio>
#include <filesystem>
#include <thread>

#include <fmt/ranges.h>
#include <torch/torch.h>
#include <boost/program_options.hpp>

#include "base/command_line.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/progress.h"
#include "harness/experiment.h"
#include "harness/grouping_resolver.h"
#include "harness/provenance.h"
#include "harness/run_lock.h"
#include "harness/stop_signal.h"
#include "harness/trainer.h"
#include "methods/registry.h"
#include "results/materialise.h"

namespace rnb {
namespace po = boost::program_options;
namespace fs = std::filesystem;
namespace {

struct RunOptions {
  Experiment experiment;
  fs::path out = "runs";
  bool resume = false, fresh = false, shared_machine = false, help = false;
};

po::options_description described() {
  po::options_description options("Options of rnb run", 110, 60);
  auto add = options.add_options();
  add("out", po::value<std::string>()->default_value("runs"),
      "folder of run folders; the run goes to OUT/<run id>");
  add("resume", "go on with a run that was cut (from its newest checkpoint, else from the start)");
  add("fresh", "throw away what an earlier attempt left, and start over");
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
  out.shared_machine = values.count("shared-machine") > 0;
  if (out.resume && out.fresh) fail_usage("run", "--resume and --fresh exclude each other");
  check_experiment(out.experiment);
  return out;
}

// "complete" when run.h5 came out of a finished log.
bool is_complete(const fs::path& folder) {
  if (!fs::exists(folder / "run.h5") || !fs::exists(folder / "events.jsonl")) return false;
  const auto events = read_events(folder / "events.jsonl");
  return !events.empty() && events.back().value("event", "") == "end" &&
         events.back().value("status", "") == "complete";
}

void print_resolved(const Experiment& e, const std::string& id) {
  fmt::print(stderr, "run {}\n", id);
  for (const ExperimentKey& key : experiment_keys()) {
    const std::string value = get_key(e, key.name);
    const auto origin = e.origin.find(key.name);
    if (!value.empty())
      fmt::print(stderr, "  {:22} {:28} {}\n", key.name, value,
                 origin == e.origin.end() ? "" : origin->second);
  }
}

nlohmann::json start_event(const RunOptions& o, const Store& store, const Grouping& grouping,
                           const std::string& id, int threads) {
  nlohmann::json keys;
  for (const ExperimentKey& key : experiment_keys()) keys[key.name] = get_key(o.experiment, key.name);
  auto made = provenance(reproducer_line(o.experiment), threads);
  made["shared_machine"] = o.shared_machine;
  made["store_digest"] = store.digest();
  made["grouping_digest"] = grouping.digest;
  return {{"event", "start"},
          {"run_id", id},
          {"experiment", keys},
          {"label", method_label(o.experiment.method, o.experiment.method_options)},
          {"dataset", store.name()},
          {"grouping", grouping.name},
          {"provenance", made},
          {"domains", {{"original", store.domain_names()}, {"active", grouping.domain_names}}},
          {"grouping_manifest", grouping.manifest.is_null() ? nlohmann::json::object() : grouping.manifest}};
}

// Regroup is paid once per store, embedder and k; a run that finds it made is billed at its original cost.
void bill_regroup(Ledger& ledger, const Grouping& grouping) {
  if (!grouping.manifest.is_object()) return;
  ledger.bill(Phase::Regroup,
              grouping.manifest.value("seconds", 0.0) + grouping.manifest.value("embedding_seconds", 0.0),
              grouping.manifest.value("flops", 0.0) + grouping.manifest.value("embedding_flops", 0.0));
}

}  // namespace

int run_command(const std::vector<std::string>& args) {
  const RunOptions options = parse(args);
  if (options.help) return 0;
  const Experiment& e = options.experiment;
  const int threads =
      e.threads > 0 ? e.threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  at::set_num_threads(threads);
  resolve_device(e.device);  // before anything is touched

  const Store store(e.store);
  const Grouping grouping = resolve_grouping(store, e.grouping);
  const std::string id = run_id(e, store.digest(), grouping.digest);
  const fs::path folder = options.out / id;
  fmt::print("run_folder={}\n", folder.string());
  std::fflush(stdout);
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) fail("run", "{}: cannot be created: {}", folder.string(), code.message());
  const RunLock lock(folder);
  if (is_complete(folder) && !options.fresh) {
    fmt::print(stderr, "already finished: {}\n", folder.string());
    return 0;
  }
  if (fs::exists(folder / "events.jsonl") && !options.resume && !options.fresh)
    fail("run", "{}: holds a run that was cut; --resume goes on with it, --fresh starts over",
         folder.string());
  if (options.fresh)
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().filename() != "run.lock") fs::remove_all(entry.path());

  print_resolved(e, id);
  watch_stop_signals();
  Ledger ledger;
  bill_regroup(ledger, grouping);
  RunOutcome outcome;
  nlohmann::json start;
  {
    const PhaseScope scope(ledger, Phase::Setup);
    start = start_event(options, store, grouping, id, threads);
  }
  {
    Trainer trainer(e, store, grouping, folder, std::move(start), ledger);
    outcome = trainer.run();
  }
  if (outcome.signal == 0) {
    EventLog log(folder / "events.jsonl");
    log.append({{"event", "end"}, {"status", "complete"}, {"utc", utc_now()}, {"message", ""}});
    log.flush();
  }
  materialise_run(folder);
  if (outcome.signal != 0) {
    fmt::print(stderr, "stopped by signal {} at step {}; go on with: {} --out {} --resume\n", outcome.signal,
               outcome.step, reproducer_line(e), options.out.string());
    return 128 + outcome.signal;
  }
  if (ledger.uncovered() > 0.02 && ledger.wall_seconds() > 5)
    fmt::print(stderr, "warning: {:.1f} % of the wall time is in no phase of the ledger\n",
               100 * ledger.uncovered());
  fmt::print(stderr, "test loss {:.4f} in {}; {}\n", outcome.test_loss,
             format_duration(ledger.wall_seconds()), (folder / "run.h5").string());
  return 0;
}

}  // namespace rnb
