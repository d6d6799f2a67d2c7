#pragma once
// The command line's outer layer: choose a command, parse its options, turn exceptions into exit codes.

#include <string>
#include <string_view>
#include <vector>

#include "harness/commands/command.h"

namespace rnb {

// `program --help | --version | COMMAND ...`. Error -> 1, UsageError -> 2, BusyError -> 5, Stopped -> 128 + n
// (base/exit_code.h); anything else is a command's own code. 1 also when standard output could not be
// written.
int dispatch(const std::vector<Command>& commands, int argc, char** argv);

// A registered command with these words after its name; its exit code. Throws what the command throws.
int call_command(std::string_view name, const std::vector<std::string>& arguments);

std::string_view heading(Section section);

}  // namespace rnb
