#pragma once
// The command line's outer layer: choose a command, turn exceptions into exit codes.

#include <functional>
#include <string>
#include <vector>

namespace rnb {

constexpr int kExitFailed = 1, kExitUsage = 2, kExitPartial = 3, kExitMismatch = 4, kExitBusy = 5;

struct Command {
  std::string name, summary;
  std::function<int(const std::vector<std::string>&)> function;  // what follows the name -> exit code
};

// `program --help | --version | COMMAND ...`. Error -> 1, UsageError -> 2, BusyError -> 5; anything else is a
// command's own code.
int dispatch(const std::vector<Command>& commands, int argc, char** argv);

}  // namespace rnb
