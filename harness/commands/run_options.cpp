// `rnb run` as the command line shows it; run_command.cpp runs it.

#include <fmt/format.h>

#include "harness/commands/command.h"
#include "harness/commands/experiment_choices.h"
#include "harness/config/experiment.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

po::options_description described() {
  po::options_description options("Options of rnb run", 110, 60);
  auto add = options.add_options();
  add("out", po::value<std::string>()->default_value("runs"),
      "folder of run folders; the run goes to OUT/<run id>");
  add("resume", "go on with a run that was cut (from its newest checkpoint, else from the start)");
  add("fresh", "throw away what an earlier attempt left, and start over");
  add("dry-run", "print parameters, FLOPs and memory of a step and exit; the device need not exist");
  add("shared-machine", "other runs share the machine: keep this run's seconds out of overhead tables");
  const Experiment defaults;
  for (const ExperimentKey& key : experiment_keys()) {
    const std::string value = get_key(defaults, key.name);
    const std::string help = value.empty() ? key.help : fmt::format("{} (default {})", key.help, value);
    add(key.name.c_str(), po::value<std::vector<std::string>>()->composing(), help.c_str());
  }
  return options;
}

}  // namespace

RNB_REGISTER(Command, .name = "run", .section = Section::Runs, .summary = "train one experiment",
             .options = described, .choices = experiment_choices);

}  // namespace rnb
