// `rnb doctor`: what is installed, what is missing, and the line that installs it.

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/environment.h"
#include "base/exit_code.h"
#include "base/version.h"
#include "harness/commands/call_train_module.h"
#include "harness/commands/command.h"
#include "harness/commands/doctor_findings.h"

namespace rnb {
namespace fs = std::filesystem;
using Json = nlohmann::json;
namespace {

const char* word_for(Health health) {
  if (health == Health::Fine) return "ok";
  return health == Health::Absent ? "absent" : "missing";
}

Findings findings_of_environment() {
  Findings out;
  for (const VariableSpec& spec : environment_variables()) {
    const auto value = printable(spec.variable);
    out.push_back(
        {"environment", std::string(spec.name), value ? *value : fmt::format("not set: {}", spec.otherwise)});
  }
  return out;
}

Findings all_findings() {
  const Installation installation = this_installation();
  std::error_code code;
  Findings out{{"program", "rnb", full_version()}};
  for (const Findings& part :
       {findings_of_files(installation), findings_of_machine(), findings_of_libraries(),
        findings_of_libtorch(installation, fs::read_symlink("/proc/self/exe", code)),
        findings_of_python(installation), findings_of_environment()})
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

void print_words(const Findings& findings) {
  std::string topic;
  for (const Finding& finding : findings) {
    if (finding.topic != topic) fmt::print("{}{}\n", topic.empty() ? "" : "\n", finding.topic);
    topic = finding.topic;
    const std::string mark =
        finding.health == Health::Fine ? "" : fmt::format("[{}] ", word_for(finding.health));
    fmt::print("  {:24} {}{}\n", finding.name, mark, finding.value);
    if (!finding.mend.empty()) fmt::print("  {:24}   -> {}\n", "", finding.mend);
  }
}

void print_json(const Findings& findings, bool healthy) {
  Json out{{"healthy", healthy}, {"findings", Json::array()}};
  for (const Finding& f : findings)
    out["findings"].push_back({{"topic", f.topic},
                               {"name", f.name},
                               {"value", f.value},
                               {"health", word_for(f.health)},
                               {"mend", f.mend}});
  fmt::print("{}\n", out.dump(2, ' ', false, Json::error_handler_t::replace));
}

int doctor(const CommandInput& input) {
  if (input.has("libtorch")) return call_train_module("libtorch-facts", {});
  const Findings findings = all_findings();
  const auto missing = std::count_if(findings.begin(), findings.end(),
                                     [](const Finding& f) { return f.health == Health::Missing; });
  if (input.has("json")) {
    print_json(findings, missing == 0);
  } else {
    print_words(findings);
    if (missing == 0)
      fmt::print("\nNothing that is needed is missing.\n");
    else
      fmt::print("\nMissing: {}. The lines after -> install what they stand under.\n", missing);
  }
  return missing == 0 ? kExitOk : kExitFailed;
}

boost::program_options::options_description described() {
  boost::program_options::options_description options("Options of rnb doctor");
  auto add = options.add_options();
  add("json", "for machines");
  add("libtorch", "only what LibTorch says of itself, as JSON; an error when it cannot be opened");
  return options;
}

}  // namespace

RNB_REGISTER(Command, .name = "doctor", .section = Section::Program,
             .summary = "what is installed, what is missing and how to install it",
             .details = "Exit code 1: something is missing that the program cannot do without.",
             .options = described, .run = doctor);

}  // namespace rnb
