// `rnb completion`: completion scripts for shells, from what is registered.

#include <algorithm>
#include <iostream>
#include <optional>
#include <regex>

#include "base/error.h"
#include "base/suggest.h"
#include "datasets/source_spec.h"
#include "harness/commands/command.h"
#include "harness/commands/completion_script.h"
#include "harness/config/experiment_keys.h"
#include "harness/config/experiment_words.h"
#include "methods/core/registry.h"
#include "models/clip_sizes.h"
#include "models/model_sizes.h"

namespace rnb {
namespace {

using Words = std::vector<std::string>;

Words models() {
  Words names;
  for (const ModelSize& size : model_sizes()) names.emplace_back(size.name);
  for (const ClipSize& size : clip_sizes()) names.emplace_back(size.name);
  return names;
}

template <typename T>
Words words_of_type(T Experiment::* /*member*/) {
  Words words;
  if constexpr (requires { words_for(T{}); } && !std::is_arithmetic_v<T>)
    for (const auto& word : words_for(T{})) words.emplace_back(word.word);
  return words;
}

Words words_of_type(bool Experiment::* /*member*/) {
  Words words;
  for (const auto& word : words_for(bool{})) words.emplace_back(word.word);
  return words;
}

// Of a help that begins "text, md, csv or latex", up to its end, a semicolon or a bracket.
Words words_of_help(const std::string& help) {
  static const std::regex choices(R"(([\w.:-]+(?:, [\w.:-]+)* or [\w.:-]+) ?(?:[;(:].*)?)");
  static const std::regex word(R"([\w.:-]+)");
  std::smatch found;
  if (!std::regex_match(help, found, choices)) return {};
  const std::string list = found[1];
  Words words;
  for (std::sregex_iterator at(list.begin(), list.end(), word), end; at != end; ++at)
    if (at->str() != "or") words.push_back(at->str());
  const bool places =
      std::any_of(words.begin(), words.end(), [](const auto& w) { return w == "file" || w == "folder"; });
  return places ? Words{} : words;
}

Words choices_of(const std::string& option, const std::string& help) {
  if (option == "method") return registered_names<MethodSpec>();
  if (option == "dataset") return registered_names<SourceSpec>();
  if (option == "model") return models();
  if (const KeyField* key = find_key_field(option))
    if (Words words = std::visit([](auto member) { return words_of_type(member); }, key->member);
        !words.empty())
      return words;
  return words_of_help(help);
}

CompletedCommand described_for_shells(const Command& command) {
  CompletedCommand out{.name = command.name, .summary = command.summary, .options = {}};
  const auto options = command.options();
  for (const auto& option : options.options()) {
    const auto semantic = option->semantic();
    const std::string name = option->long_name(), help = option->description();
    const bool takes_value = semantic->max_tokens() > 0;
    out.options.push_back({.name = name,
                           .help = help,
                           .takes_value = takes_value,
                           .repeats = semantic->is_composing(),
                           .choices = takes_value ? choices_of(name, help) : Words{}});
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
