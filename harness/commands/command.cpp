#include "harness/commands/command.h"

#include "base/error.h"
#include "base/parallel.h"

namespace rnb {
namespace po = boost::program_options;

std::string CommandInput::text(const std::string& option) const {
  return has(option) ? get<std::string>(option) : std::string();
}

std::vector<std::string> CommandInput::texts(const std::string& option) const {
  return has(option) ? get<std::vector<std::string>>(option) : std::vector<std::string>();
}

void add_threads_option(po::options_description& options) {
  options.add_options()("threads", po::value<int>()->default_value(0), "0: all cores");
}

int threads_of(const CommandInput& input, const std::string& command) {
  const int asked = input.get<int>("threads");
  if (asked < 0) fail_usage(command, "--threads {}; expected 0 or more", asked);
  return thread_count(asked);
}

}  // namespace rnb
