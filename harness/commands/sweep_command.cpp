// `rnb sweep`: every experiment of a grid.

#include <filesystem>
#include <iostream>

#include "base/atomic_file.h"
#include "base/cuda_driver.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/shell_word.h"
#include "harness/commands/command.h"
#include "harness/commands/experiment_choices.h"
#include "harness/sweep/sweep.h"
#include "harness/sweep/sweep_summary.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

po::options_description described() {
  po::options_description options("Options of rnb sweep", 110, 60);
  auto add = options.add_options();
  add("config", po::value<std::string>(), "the experiment file (or the first word)");
  add("out", po::value<std::string>()->default_value("runs"), "folder of run folders");
  add("jobs", po::value<int>()->default_value(1), "runs at a time; above 1 their seconds are no measurement");
  add("dry-run", "print the plan and each run's command line, run nothing");
  for (const ExperimentKey& key : experiment_keys())
    if (key.name != "method-option")
      add(key.name.c_str(), po::value<std::vector<std::string>>()->composing(),
          ("in every grid: " + key.help).c_str());
  return options;
}

// OUT/sweep-commands.txt: each command line that put runs there, once. What is made of the runs can then say
// how they were made.
void note_command(const std::filesystem::path& out, const std::vector<std::string>& args) {
  std::vector<std::string> words{"rnb", "sweep"};
  words.insert(words.end(), args.begin(), args.end());
  const std::string line = shell_line(words) + "\n";
  const auto file = out / "sweep-commands.txt";
  std::error_code code;
  std::filesystem::create_directories(out, code);
  if (code) fail("sweep", "{}: cannot be created: {}", out.string(), code.message());
  const std::string before = std::filesystem::exists(file) ? read_text_file(file) : "";
  if (("\n" + before).find("\n" + line) == std::string::npos) write_file_atomic(file, before + line);
}

SweepOptions options_of(const CommandInput& input) {
  SweepOptions sweep;
  sweep.program = std::filesystem::read_symlink("/proc/self/exe").string();
  sweep.out = input.text("out");
  sweep.jobs = input.get<int>("jobs");
  if (sweep.jobs < 1 || sweep.jobs > 1024) fail_usage("sweep", "--jobs {}: expected 1 to 1024", sweep.jobs);
  return sweep;
}

// Before anything is touched: each run would say so, one by one.
void check_devices(const SweepPlan& plan) {
  for (const Experiment& e : plan.experiments)
    if (e.device != "cpu" && !has_cuda_driver())
      fail("sweep",
           "--device {}: no CUDA device is usable here (there is no NVIDIA driver); run scripts/setup.sh "
           "--cuda on a machine with an NVIDIA driver, or use --device cpu",
           e.device);
}

int sweep(const CommandInput& input) {
  auto files = input.words;
  if (input.has("config")) files.push_back(input.text("config"));
  if (files.size() != 1)
    fail_usage("sweep", "{} experiment files are named; usage: rnb sweep FILE --out DIR", files.size());
  const SweepOptions options = options_of(input);
  std::vector<std::pair<std::string, std::string>> overrides;
  for (const ExperimentKey& key : experiment_keys())
    for (const std::string& value : input.texts(key.name)) overrides.emplace_back(key.name, value);
  const SweepPlan plan = plan_sweep(read_ini(files.front()), overrides, options.out.string());
  print_plan(plan, options);
  if (input.has("dry-run")) {
    for (const Experiment& e : plan.experiments)
      std::cout << reproducer_line(e) << " --out " << options.out.string() << "\n";
    return 0;
  }
  check_devices(plan);
  note_command(options.out, input.arguments);
  const SweepReport report = run_sweep(plan, options);
  print_report(report);
  return report.exit_code();
}

}  // namespace

RNB_REGISTER(Command, .name = "sweep", .section = Section::Runs, .usage = "FILE",
             .summary = "every experiment of a grid; finished runs are skipped, cut ones go on",
             .details =
                 "Values of a key make an axis: a comma list, 1..9:2 for whole numbers, and for static "
                 "mixtures\nmethod = fixed weights=simplex(4,8): all mixtures of 4 domains in steps of "
                 "1/8 (165 runs per seed)",
             .options = described, .choices = experiment_choices, .run = sweep);

}  // namespace rnb
