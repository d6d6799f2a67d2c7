// `rnb completion`: completion scripts for shells, from what the commands say of themselves.

#include <iostream>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "harness/commands/command.h"
#include "harness/commands/completion_script.h"

namespace rnb {
namespace {

using Words = std::vector<std::string>;

CompletedCommand described_for_shells(const Command& command) {
  CompletedCommand out{.name = command.name, .summary = command.summary, .options = {}};
  const auto options = command.options();
  ChoicesByOption choices = command.choices ? command.choices() : ChoicesByOption{};
  for (const auto& option : options.options()) {
    const auto semantic = option->semantic();
    const std::string name = option->long_name(), help = option->description();
    const Choices may_be = std::exchange(choices[name], {});
    out.options.push_back({.name = name,
                           .help = help,
                           .takes_value = semantic->max_tokens() > 0,
                           .repeats = semantic->is_composing(),
                           .choices = may_be.words,
                           .also_files = may_be.also_files});
  }
  if (command.words) out.words = command.words();
  out.takes_files = !command.usage.empty() && out.words.empty();
  return out;
}

constexpr const char* kDetails =
    "  bash  source <(rnb completion bash), for example in ~/.bashrc\n"
    "  zsh   source <(rnb completion zsh), after compinit in ~/.zshrc\n"
    "  fish  rnb completion fish > ~/.config/fish/completions/rnb.fish";

struct Shell {
  const char* name;
  std::string (*script)(const std::vector<CompletedCommand>&);
};
constexpr Shell kShells[] = {{"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}};

Words shells() {
  Words names;
  for (const Shell& shell : kShells) names.emplace_back(shell.name);
  return names;
}

int completion(const CommandInput& input) {
  if (input.words.size() != 1)
    fail_usage("completion", "{} words; usage: rnb completion bash|zsh|fish", input.words.size());
  std::vector<CompletedCommand> commands;
  for (const Command& command : registry<Command>()) commands.push_back(described_for_shells(command));
  for (const Shell& shell : kShells)
    if (input.words[0] == shell.name) {
      std::cout << shell.script(commands);
      return 0;
    }
  fail_usage("completion", "no shell '{}' is known{}", input.words[0], suggestion(input.words[0], shells()));
}

boost::program_options::options_description none() {
  return boost::program_options::options_description("Options of rnb completion");
}

}  // namespace

RNB_REGISTER(Command, .name = "completion", .section = Section::Program, .usage = "bash|zsh|fish",
             .summary = "a script that completes commands, options and names", .details = kDetails,
             .options = none, .words = shells, .run = completion);

}  // namespace rnb
