#include "harness/commands/completion_script.h"

#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/shell_word.h"

namespace rnb {
namespace {

// "text md csv", each of them a word of the shell.
std::string words_of(const std::vector<std::string>& words) {
  return shell_line(words);
}

std::string names_of(const std::vector<CompletedCommand>& commands) {
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const CompletedCommand& command : commands) names.push_back(command.name);
  return words_of(names);
}

std::string options_of(const CompletedCommand& command) {
  std::vector<std::string> names{"--help"};
  for (const CompletedOption& option : command.options) names.push_back("--" + option.name);
  return words_of(names);
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string with_backslashes(const std::string& text, std::string_view before) {
  std::string out;
  for (const char c : text) {
    if (before.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// fish knows two escapes between single quotes, and no word made of several quotes.
std::string fish_word(const std::string& text) {
  return "'" + with_backslashes(text, "'\\") + "'";
}

// The branch of one command: what may follow an option, then options, then words.
std::string bash_branch(const CompletedCommand& command) {
  std::string text = fmt::format("    {})\n      case $previous in\n", command.name);
  std::vector<std::string> with_files;
  for (const CompletedOption& option : command.options) {
    if (!option.takes_value) continue;
    if (option.choices.empty())
      with_files.push_back("--" + option.name);
    else
      text += fmt::format("        --{}) words=\"{}\"{} ;;\n", option.name, words_of(option.choices),
                          option.also_files ? " files=yes" : "");
  }
  if (!with_files.empty()) text += fmt::format("        {}) return 0 ;;\n", fmt::join(with_files, " | "));
  text += "        *)\n";
  text += fmt::format("          if [[ $current == -* ]]; then words=\"{}\"\n", options_of(command));
  if (!command.words.empty())
    text += fmt::format("          elif ((COMP_CWORD == 2)); then words=\"{}\"\n", words_of(command.words));
  return text + "          else return 0\n          fi ;;\n      esac ;;\n";
}

// '--name[help]:name:(a b)'
std::string zsh_option(const CompletedOption& option) {
  std::string text = fmt::format("{}--{}[{}]", option.repeats ? "*" : "", option.name,
                                 with_backslashes(first_line(option.help), "[]\\"));
  if (!option.takes_value) return shell_word(text);
  const std::string words = with_backslashes(fmt::format("{}", fmt::join(option.choices, " ")), ":");
  if (words.empty())
    text += fmt::format(":{}:_files", option.name);
  else if (option.also_files)
    text += fmt::format(":{}: _rnb_words_or_files {}", option.name, words);
  else
    text += fmt::format(":{}:({})", option.name, words);
  return shell_word(text);
}

std::string zsh_branch(const CompletedCommand& command) {
  std::string text = fmt::format("    {})\n      _arguments '--help[what it does]'", command.name);
  for (const CompletedOption& option : command.options) text += " \\\n        " + zsh_option(option);
  if (!command.words.empty())
    text += fmt::format(" \\\n        '1:word:({})'", fmt::join(command.words, " "));
  if (command.takes_files) text += " \\\n        '*:file:_files'";
  return text + " ;;\n";
}

std::string fish_line(const std::string& condition, const std::string& rest) {
  return fmt::format("complete -c rnb -n '{}' {}\n", condition, rest);
}

std::string fish_branch(const CompletedCommand& command) {
  std::string text = fish_line("__fish_use_subcommand", fmt::format("-f -a {} -d {}", command.name,
                                                                    fish_word(first_line(command.summary))));
  const std::string here = "__fish_seen_subcommand_from " + command.name;
  text += fish_line(here, "-l help -d 'what it does'");
  for (const CompletedOption& option : command.options) {
    std::string rest = "-l " + option.name;
    if (option.takes_value) rest += option.choices.empty() || option.also_files ? " -r -F" : " -x";
    if (!option.choices.empty())
      rest += " -a " + fish_word(fmt::format("{}", fmt::join(option.choices, " ")));
    text += fish_line(here, rest + " -d " + fish_word(first_line(option.help)));
  }
  if (!command.words.empty())
    text += fish_line(here, fmt::format("-f -a '{}'", fmt::join(command.words, " ")));
  return text;
}

}  // namespace

std::string bash_completion(const std::vector<CompletedCommand>& commands) {
  std::string text = R"(# bash completion for rnb: source <(rnb completion bash)
_rnb() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words="" files=""
  COMPREPLY=()
  # "--method=x" comes as three words.
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" ]] && ((COMP_CWORD > 2)); then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if ((COMP_CWORD == 1)); then
)";
  text += fmt::format(
      "    mapfile -t COMPREPLY < <(compgen -W \"{} --help --version\" -- \"$current\")\n    return 0\n  "
      "fi\n",
      names_of(commands));
  text += "  case ${COMP_WORDS[1]} in\n";
  for (const CompletedCommand& command : commands) text += bash_branch(command);
  return text + R"(  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -o bashdefault -o default -F _rnb rnb
)";
}

std::string zsh_completion(const std::vector<CompletedCommand>& commands) {
  std::string text =
      "#compdef rnb\n# zsh completion for rnb: source <(rnb completion zsh), after compinit\n"
      "_rnb_words_or_files() {\n  _alternative \"words:word:($*)\" \"files:file:_files\"\n}\n_rnb() {\n";
  text += "  local -a commands\n  commands=(\n";
  for (const CompletedCommand& command : commands)
    text += "    " + shell_word(command.name + ":" + first_line(command.summary)) + "\n";
  text += R"(  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
)";
  for (const CompletedCommand& command : commands) text += zsh_branch(command);
  return text + R"(  esac
}
if [[ $funcstack[1] == _rnb ]]; then
  _rnb "$@"
else
  compdef _rnb rnb
fi
)";
}

std::string fish_completion(const std::vector<CompletedCommand>& commands) {
  std::string text = "# fish completion for rnb: rnb completion fish | source\n";
  text += fish_line("__fish_use_subcommand", "-l help -d 'the commands'");
  text += fish_line("__fish_use_subcommand", "-l version -d 'version and commit'");
  for (const CompletedCommand& command : commands) text += fish_branch(command);
  return text;
}

}  // namespace rnb
