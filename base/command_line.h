#pragma once
// A command's own options: parsed strictly (no guessed prefixes), its help printed on demand.

#include <string>
#include <string_view>
#include <vector>

#include <boost/program_options.hpp>

namespace rnb {

// Parses `args` into `values` and notifies; adds --help. Returns false when help was asked for, which it
// prints to standard output under "rnb COMMAND USAGE: SUMMARY". UsageError on anything that cannot be parsed.
// Words without an option go to `positional`; without it they are an error.
struct CommandText {
  std::string command, usage, summary;
};
bool parse_command_line(const std::vector<std::string>& args, const CommandText& text,
                        boost::program_options::options_description& options,
                        boost::program_options::variables_map& values,
                        std::vector<std::string>* positional = nullptr);

}  // namespace rnb
