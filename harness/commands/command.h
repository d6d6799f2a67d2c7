#pragma once
// What a command of the command line is. A command registers itself: its file ends in
//   RNB_REGISTER(Command, .name = "merge", .section = Section::Results, ..., .run = merge);
// and stands in harness/commands/CMakeLists.txt; nothing else is edited to add one.
//
// A command that needs LibTorch is two such files, since the program lists and completes it without loading
// LibTorch: NAME_options.cpp registers the Command without `run`, and NAME_command.cpp, which is built into
// librnb_train.so, registers a TrainedCommand of the same name.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <boost/program_options.hpp>

#include "base/registry.h"

namespace rnb {

// What a command was called with.
struct CommandInput {
  boost::program_options::variables_map values;
  std::vector<std::string> words;      // without an option, in their order
  std::vector<std::string> arguments;  // all, as typed

  bool has(const std::string& option) const { return values.count(option) > 0; }
  template <typename T>
  T get(const std::string& option) const {  // must be given or have a default
    return values[option].as<T>();
  }
  std::string text(const std::string& option) const;                // empty: not given
  std::vector<std::string> texts(const std::string& option) const;  // of a repeatable option
};

// The headings of `rnb --help`, in its order; commands of one section stand in alphabetical order.
enum class Section { Data, Runs, Results, Models, Program };

// What the value of an option may be, for completion. An option that is not named: any file.
struct Choices {
  std::vector<std::string> words;
  bool also_files = false;
};
using ChoicesByOption = std::map<std::string, Choices>;  // names without dashes

struct Command {
  std::string name;
  Section section;
  std::string usage = {};    // the words that it takes, as "METHOD FILE"; empty: none
  std::string summary;       // one line, the only one: in `rnb --help` and above the command's own help
  std::string details = {};  // further lines for its own help
  // Its options, without --help. What they say depends on nothing that was typed: they are listed too.
  std::function<boost::program_options::options_description()> options;
  std::function<ChoicesByOption()> choices = {};
  std::function<std::vector<std::string>()> words = {};  // what its first word may be, for completion
  std::function<int(const CommandInput&)> run = {};      // -> exit code; none: a TrainedCommand has it
};

struct TrainedCommand {
  std::string name;
  std::function<int(const CommandInput&)> run;
};

// The option "threads", which means the same wherever it stands.
void add_threads_option(boost::program_options::options_description& options);
int threads_of(const CommandInput& input, const std::string& command);  // UsageError for a negative number

}  // namespace rnb
