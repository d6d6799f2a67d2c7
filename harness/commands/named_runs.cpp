#include "harness/commands/named_runs.h"

#include "base/error.h"

namespace rnb {

std::vector<RunPlace> named_runs(const CommandInput& input, const std::string& command) {
  if (input.words.empty())
    fail_usage(command, "no run is named; give run folders, run.h5 files, or a folder of run folders");
  return find_runs(input.words);
}

}  // namespace rnb
