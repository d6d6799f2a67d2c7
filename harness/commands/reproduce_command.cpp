#include "harness/commands/reproduce_command.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <boost/program_options.hpp>

#include "base/command_line.h"
#include "base/error.h"
#include "base/suggest.h"
#include "harness/commands/sweep_command.h"
#include "harness/config/experiment_keys.h"
#include "harness/config/ini_file.h"
#include "harness/sweep/sweep_plan.h"
#include "results/reproduction.h"

namespace rnb {
namespace po = boost::program_options;
namespace fs = std::filesystem;
namespace {

const fs::path kExperiments = RNB_SOURCE_DIR "/experiments/paper";
const fs::path kPrinted = RNB_SOURCE_DIR "/results/paper";

std::vector<std::string> settings() {
  std::vector<std::string> names;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(kExperiments, code))
    if (entry.path().extension() == ".ini") names.push_back(entry.path().stem().string());
  if (code) fail("reproduce", "{}: {}", kExperiments.string(), code.message());
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
         others, dataset, (kExperiments / "*.ini").string());
  if (others) fmt::print(stderr, "{} runs on other data sets are left out\n", others);
  return runs;
}

}  // namespace

int reproduce_command(const std::vector<std::string>& args) {
  po::options_description options("Options of rnb reproduce");
  std::vector<std::string> compared;
  std::string out;
  int jobs = 1;
  auto add = options.add_options();
  add("out", po::value(&out), "folder of run folders (default runs/paper/SETTING)");
  add("jobs", po::value(&jobs), "runs at a time (default 1)");
  add("compare", po::value(&compared)->multitoken(),
      "no run is made: compare these runs, run folders or folders of them");
  add("json", "one JSON object, for machines");
  po::variables_map values;
  std::vector<std::string> words;
  if (!parse_command_line(
          args,
          {"reproduce", "SETTING",
           fmt::format(
               "the paper's runs of a setting ({}), and their losses and overheads beside the printed "
               "ones",
               fmt::join(settings(), ", "))},
          options, values, &words))
    return 0;
  const auto known = settings();
  if (words.size() != 1)
    fail_usage("reproduce", "{} settings are named; expected one of {}", words.size(),
               fmt::join(known, ", "));
  const std::string& setting = words.front();
  if (!std::count(known.begin(), known.end(), setting))
    fail_usage("reproduce", "setting '{}'{}; expected one of {}", setting, suggestion(setting, known),
               fmt::join(known, ", "));
  const fs::path ini = kExperiments / (setting + ".ini");
  if (out.empty()) out = "runs/paper/" + setting;
  if (compared.empty()) {
    const int swept = sweep_command({ini.string(), "--out", out, "--jobs", std::to_string(jobs)});
    if (swept != 0) return swept;
    compared = {out};
  }
  std::string dataset = setting;
  std::replace(dataset.begin(), dataset.end(), '-', '_');
  const auto runs = runs_of(compared, dataset);
  const auto rows = compare_with_printed(read_paper_numbers(kPrinted / (setting + ".csv")), runs);
  const auto differ = differences(runs, plan_sweep(read_ini(ini), {{"store", "store"}}, out));
  if (values.count("json")) {
    nlohmann::json json{{"setting", setting}, {"differs", differ}, {"rows", nlohmann::json::array()}};
    for (const Comparison& row : rows) json["rows"].push_back(to_json(row));
    fmt::print("{}\n", json.dump(2));
    return 0;
  }
  if (rows.empty())
    fmt::print("Of {} the paper prints no loss or overhead; its scores stand in {}.\n", setting,
               (kPrinted / (setting + ".csv")).string());
  else
    fmt::print(
        "{}\nLosses in nats per token, gaps to stratified mixing on the original domains, overheads in % of "
        "training FLOPs.\n",
        render(rows));
  if (differ.empty())
    fmt::print("The runs have the settings of {}.\n", ini.string());
  else
    fmt::print("These runs are not at the paper's scale: {}.\n", fmt::join(differ, "; "));
  return 0;
}

}  // namespace rnb
