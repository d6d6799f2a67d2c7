#include "harness/commands/cli.h"

#include <cstdio>
#include <cstdlib>
#include <new>

#include <unistd.h>

#include <fmt/format.h>

#include "base/error.h"
#include "base/stop_signal.h"
#include "base/suggest.h"

namespace rnb {
namespace {

void print_error(const std::string& text) {
  const char* const no_color = std::getenv("NO_COLOR");
  const bool color = ::isatty(2) == 1 && (!no_color || !*no_color);
  fmt::print(stderr, "{}error{}: {}\n", color ? "\x1b[31;1m" : "", color ? "\x1b[0m" : "", text);
}

void print_help(const std::vector<Command>& commands, std::FILE* where) {
  fmt::print(where,
             "rnb: does a data-mixing method help on this data, by how much, at what cost?\n\n"
             "usage: rnb COMMAND [OPTIONS]     rnb COMMAND --help     rnb --version\n\n");
  for (const Command& command : commands) fmt::print(where, "  {:10} {}\n", command.name, command.summary);
  fmt::print(where,
             "\nexit codes: 0 ok, 1 failed, 2 usage, 3 partly failed, 4 mismatch, 5 busy, 128+n signal n\n");
}

int run(const Command& command, const std::vector<std::string>& args) {
  try {
    return command.function(args);
  } catch (const UsageError& error) {
    print_error(error.what());
    return kExitUsage;
  } catch (const BusyError& error) {
    print_error(error.what());
    return kExitBusy;
  } catch (const Stopped& stopped) {
    fmt::print(stderr, "{}\n", stopped.what());
    return 128 + stopped.signal;
  } catch (const std::bad_alloc&) {
    print_error(fmt::format("[{}] out of memory", command.name));
    return kExitFailed;
  } catch (const std::exception& error) {
    print_error(error.what());
    return kExitFailed;
  }
}

}  // namespace

int dispatch(const std::vector<Command>& commands, int argc, char** argv) {
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (args.empty()) {
    print_help(commands, stderr);
    return kExitUsage;
  }
  const std::string& name = args.front();
  if (name == "--help" || name == "-h" || name == "help") {
    print_help(commands, stdout);
    return 0;
  }
  if (name == "--version") {
    fmt::print("rnb {}\n", RNB_VERSION);
    return 0;
  }
  std::vector<std::string> names;
  for (const Command& command : commands) {
    if (command.name == name) return run(command, {args.begin() + 1, args.end()});
    names.push_back(command.name);
  }
  print_error(fmt::format("[rnb] unknown command '{}'{}", name, suggestion(name, names)));
  return kExitUsage;
}

}  // namespace rnb
