#include "harness/commands/cli.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <iostream>
#include <new>
#include <string_view>

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

// Memory may be short, and standard error closed or full: the exit code still says what happened.
void print_error(std::initializer_list<std::string_view> parts) noexcept {
  const bool color = ::isatty(STDERR_FILENO) == 1 && !is_set(Variable::NoColor);
  std::fputs(color ? "\x1b[31;1merror\x1b[0m: " : "error: ", stderr);
  for (const std::string_view part : parts) std::fwrite(part.data(), 1, part.size(), stderr);
  std::fputc('\n', stderr);
}

void print_help(const std::vector<Command>& commands, std::FILE* where) {
  std::string text =
      "rnb: does a data-mixing method help on this data, by how much, at what cost?\n\n"
      "usage: rnb COMMAND [OPTIONS]     rnb COMMAND --help     rnb --version\n";
  for (const Section section :
       {Section::Data, Section::Runs, Section::Results, Section::Models, Section::Program}) {
    bool first = true;
    for (const Command& command : commands) {
      if (command.section != section) continue;
      if (first) text += fmt::format("\n{}:\n", heading(section));
      first = false;
      text += fmt::format("  {:10} {}\n", command.name, command.summary);
    }
  }
  text += fmt::format(
      "\nexit codes: {} ok, {} failed, {} usage, {} partly failed, {} mismatch, {} busy, 128+n signal n\n",
      kExitOk, kExitFailed, kExitUsage, kExitPartial, kExitMismatch, kExitBusy);
  std::fputs(text.c_str(), where);  // fmt::print throws where nothing can be written
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
  const char* const why = errno != 0 ? std::strerror(errno) : "";
  print_error({"[", command, "] standard output cannot be written", *why ? ": " : "", why});
  return kExitFailed;
}

int guarded(const Command& command, const std::vector<std::string>& arguments) {
  try {
    return flushed(command.name, invoke(command, arguments));
  } catch (const UsageError& error) {
    print_error({error.what()});
    return kExitUsage;
  } catch (const BusyError& error) {
    print_error({error.what()});
    return kExitBusy;
  } catch (const Stopped& stopped) {
    std::fputs(stopped.what(), stderr);
    std::fputc('\n', stderr);
    return exit_code_of_signal(stopped.signal);
  } catch (const std::bad_alloc&) {
    print_error({"[", command.name, "] out of memory"});
    return kExitFailed;
  } catch (const std::exception& error) {
    print_error({error.what()});
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
  print_error({"[rnb] unknown command '", name, "'", suggestion(name, names)});
  return kExitUsage;
}

}  // namespace rnb
