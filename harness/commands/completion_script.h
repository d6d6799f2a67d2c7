#pragma once
// Completion scripts for three shells, from a description of the commands. Nothing is asked of the program
// while somebody types: all words stand in the script.

#include <string>
#include <vector>

namespace rnb {

struct CompletedOption {
  std::string name, help;  // the name without dashes
  bool takes_value = false, repeats = false;
  std::vector<std::string> choices = {};  // of its value; empty: files are offered
  bool also_files = false;                // beside the choices
};

struct CompletedCommand {
  std::string name, summary;
  std::vector<CompletedOption> options;
  std::vector<std::string> words = {};  // what its first word may be
  bool takes_files = false;             // words other than these are files
};

// For `source <(rnb completion bash)`, or a file that bash-completion reads.
std::string bash_completion(const std::vector<CompletedCommand>& commands);
// The same for zsh; also as a file _rnb in a folder of fpath.
std::string zsh_completion(const std::vector<CompletedCommand>& commands);
// For `rnb completion fish | source`.
std::string fish_completion(const std::vector<CompletedCommand>& commands);

}  // namespace rnb
