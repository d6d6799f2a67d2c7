#include "harness/commands/cli.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <new>

#include <unistd.h>

#include <fmt/format.h>

#include "base/command_line.h"
#include "base/environment.h"
#include "base/error.h"
#include "base/exit_code.h"
#include "base/stop_signal.h"
#include "base/suggest.h"
#include "base/version.h"
#include "harness/commands/call_train_module.h"

namespace rnb {
namespace {

// Never throws: standard error may be closed or full, and the exit code still says what happened.
void print_error(const std::string& text) {
  const bool color = ::isatty(STDERR_FILENO) == 1 && !environment(Variable::NoColor);
  const std::string line =
      fmt::format("{}error{}: {}\n", color ? "\x1b[31;1m" : "", color ? "\x1b[0m" : "", text);
  std::fputs(line.c_str(), stderr);
}

void print_help(const std::vector<Command>& commands, std::FILE* where) {
  fmt::print(where,
             "rnb: does a data-mixing method help on this data, by how much, at what cost?\n\n"
             "usage: rnb COMMAND [OPTIONS]     rnb COMMAND --help     rnb --version\n");
  for (const Section section :
       {Section::Data, Section::Runs, Section::Results, Section::Models, Section::Program}) {
    bool first = true;
    for (const Command& command : commands) {
      if (command.section != section) continue;
      if (first) fmt::print(where, "\n{}:\n", heading(section));
      first = false;
      fmt::print(where, "  {:10} {}\n", command.name, command.summary);
    }
  }
  fmt::print(
      where,
      "\nexit codes: {} ok, {} failed, {} usage, {} partly failed, {} mismatch, {} busy, 128+n signal n\n",
      kExitOk, kExitFailed, kExitUsage, kExitPartial, kExitMismatch, kExitBusy);
}

int invoke(const Command& command, const std::vector<std::string>& arguments) {
  CommandInput input;
  input.arguments = arguments;
  auto options = command.options();
  const CommandText text{
      command.name, command.usage,
      command.details.empty() ? command.summary : command.summary + "\n\n" + command.details};
  if (!parse_command_line(arguments, text, options, input.values,
                          command.usage.empty() ? nullptr : &input.words))
    return kExitOk;
  if (command.run) return command.run(input);
  if (const auto* trained = find_registered<TrainedCommand>(command.name)) return trained->run(input);
  return call_train_module(command.name, arguments);
}

// What was printed may still be in a buffer, and the disk full.
int flushed(const std::string& command, int code) {
  errno = 0;
  std::cout.flush();
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (written || code != kExitOk) return code;
  print_error(fmt::format("[{}] standard output cannot be written{}{}", command, errno != 0 ? ": " : "",
                          errno != 0 ? std::strerror(errno) : ""));
  return kExitFailed;
}

int guarded(const Command& command, const std::vector<std::string>& arguments) {
  try {
    return flushed(command.name, invoke(command, arguments));
  } catch (const UsageError& error) {
    print_error(error.what());
    return kExitUsage;
  } catch (const BusyError& error) {
    print_error(error.what());
    return kExitBusy;
  } catch (const Stopped& stopped) {
    std::fputs((std::string(stopped.what()) + "\n").c_str(), stderr);
    return exit_code_of_signal(stopped.signal);
  } catch (const std::bad_alloc&) {
    print_error(fmt::format("[{}] out of memory", command.name));
    return kExitFailed;
  } catch (const std::exception& error) {
    print_error(error.what());
    return kExitFailed;
  }
}

}  // namespace

std::string_view heading(Section section) {
  switch (section) {
    case Section::Data:
      return "data";
    case Section::Runs:
      return "runs";
    case Section::Results:
      return "results";
    case Section::Models:
      return "models";
    default:
      return "this program";
  }
}

int call_command(std::string_view name, const std::vector<std::string>& arguments) {
  const auto* const command = find_registered<Command>(std::string(name));
  RNB_ASSERT(command);
  return invoke(*command, arguments);
}

int dispatch(const std::vector<Command>& commands, int argc, char** argv) {
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (args.empty()) {
    print_help(commands, stderr);
    return kExitUsage;
  }
  const std::string& name = args.front();
  if (name == "--help" || name == "-h" || name == "help") {
    print_help(commands, stdout);
    return flushed("rnb", kExitOk);
  }
  if (name == "--version") {
    fmt::print("rnb {}\n", full_version());
    return flushed("rnb", kExitOk);
  }
  std::vector<std::string> names;
  for (const Command& command : commands) {
    if (command.name == name) return guarded(command, {args.begin() + 1, args.end()});
    names.push_back(command.name);
  }
  print_error(fmt::format("[rnb] unknown command '{}'{}", name, suggestion(name, names)));
  return kExitUsage;
}

}  // namespace rnb
