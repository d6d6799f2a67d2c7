// `rnb reproduce`: a paper's runs, and its numbers beside theirs.

#include <algorithm>
#include <filesystem>
#include <set>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/installation.h"
#include "harness/commands/cli.h"
#include "harness/config/experiment_keys.h"
#include "harness/config/ini_file.h"
#include "harness/sweep/sweep_plan.h"
#include "results/reproduction.h"

namespace rnb {
namespace po = boost::program_options;
namespace fs = std::filesystem;
namespace {

fs::path experiments() {
  return this_installation().experiments() / "paper";
}

// What has an experiment file; empty where those are not installed.
std::vector<std::string> settings() {
  std::vector<std::string> names;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(experiments(), code))
    if (entry.path().extension() == ".ini") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

// Keys that change no result, and those that make the rows.
bool is_setting(const ExperimentKey& key) {
  static const std::set<std::string> rows{"store", "grouping", "method", "method-option",
                                          "seed",  "device",   "threads"};
  return key.in_run_id && !rows.count(key.name);
}

// "steps 250 (paper: 2000)" for each key of which no run has a value of the paper's file.
std::vector<std::string> differences(const std::vector<RunSummary>& runs, const SweepPlan& paper) {
  std::vector<std::string> out;
  for (const ExperimentKey& key : experiment_keys()) {
    if (!is_setting(key)) continue;
    std::set<std::string> here, there;
    for (const RunSummary& run : runs) here.insert(run.experiment.value(key.name, ""));
    for (const Experiment& e : paper.experiments) there.insert(get_key(e, key.name));
    const bool meets =
        std::any_of(here.begin(), here.end(), [&](const std::string& v) { return there.count(v); });
    if (!meets)
      out.push_back(
          fmt::format("{} {} (paper: {})", key.name, fmt::join(here, ", "), fmt::join(there, ", ")));
  }
  return out;
}

std::vector<RunSummary> runs_of(const std::vector<std::string>& places, const std::string& dataset) {
  std::vector<RunSummary> runs;
  size_t others = 0;
  for (const RunPlace& place : find_runs(places)) {
    RunSummary run = read_run(place);
    if (run.dataset == dataset)
      runs.push_back(std::move(run));
    else
      ++others;
  }
  if (runs.empty())
    fail("reproduce", "none of the {} runs is on the data set '{}'; expected those of a sweep like {}",
         others, dataset, (experiments() / "*.ini").string());
  if (others) fmt::print(stderr, "{} runs on other data sets are left out\n", others);
  return runs;
}

po::options_description described() {
  po::options_description options("Options of rnb reproduce");
  auto add = options.add_options();
  add("out", po::value<std::string>(), "folder of run folders (default runs/paper/SETTING)");
  add("jobs", po::value<int>()->default_value(1), "runs at a time");
  add("compare", po::value<std::vector<std::string>>()->multitoken(),
      "no run is made: compare these runs, run folders or folders of them");
  add("json", "one JSON object, for machines");
  return options;
}

std::string setting_of(const CommandInput& input) {
  const auto known = settings();
  if (known.empty())
    fail("reproduce", "{}: holds no experiment files (*.ini); they come with the program",
         experiments().string());
  if (input.words.size() != 1)
    fail_usage("reproduce", "{} settings are named; expected one of {}", input.words.size(),
               fmt::join(known, ", "));
  const std::string& setting = input.words.front();
  if (!std::count(known.begin(), known.end(), setting))
    fail_usage("reproduce", "there is no setting '{}'; expected one of {}", setting, fmt::join(known, ", "));
  return setting;
}

void print(const std::string& setting, const fs::path& ini, const std::vector<Comparison>& rows,
           const std::vector<std::string>& differ) {
  if (rows.empty())
    fmt::print("Of {} the paper prints no loss or overhead; its scores stand in {}.\n", setting,
               (this_installation().paper_numbers() / (setting + ".csv")).string());
  else
    fmt::print(
        "{}\nLosses in nats per token, gaps to stratified mixing on the original domains, overheads in % of "
        "training FLOPs.\n",
        render(rows));
  if (differ.empty())
    fmt::print("The runs have the settings of {}.\n", ini.string());
  else
    fmt::print("These runs are not at the paper's scale: {}.\n", fmt::join(differ, "; "));
}

int reproduce(const CommandInput& input) {
  const std::string setting = setting_of(input);
  const fs::path ini = experiments() / (setting + ".ini");
  const std::string out = input.has("out") ? input.text("out") : "runs/paper/" + setting;
  auto compared = input.texts("compare");
  if (compared.empty()) {
    const int swept =
        call_command("sweep", {ini.string(), "--out", out, "--jobs", std::to_string(input.get<int>("jobs"))});
    if (swept != 0) return swept;
    compared = {out};
  }
  std::string dataset = setting;
  std::replace(dataset.begin(), dataset.end(), '-', '_');
  const auto runs = runs_of(compared, dataset);
  const auto rows = compare_with_printed(
      read_paper_numbers(this_installation().paper_numbers() / (setting + ".csv")), runs);
  const auto differ = differences(runs, plan_sweep(read_ini(ini), {{"store", "store"}}, out));
  if (!input.has("json")) {
    print(setting, ini, rows, differ);
    return 0;
  }
  nlohmann::json json{{"setting", setting}, {"differs", differ}, {"rows", nlohmann::json::array()}};
  for (const Comparison& row : rows) json["rows"].push_back(to_json(row));
  fmt::print("{}\n", json.dump(2));
  return 0;
}

}  // namespace

RNB_REGISTER(Command, .name = "reproduce", .section = Section::Runs, .usage = "SETTING",
             .summary = "a paper's runs, and their losses and overheads beside the printed ones",
             .details = "SETTING: a file of experiments/paper, such as dolly.", .options = described,
             .words = settings, .run = reproduce);

}  // namespace rnb
