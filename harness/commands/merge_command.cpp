// `rnb merge`: many runs -> one file.

#include "base/error.h"
#include "harness/commands/command.h"
#include "harness/commands/named_runs.h"
#include "results/merge.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

po::options_description described() {
  po::options_description options("Options of rnb merge");
  options.add_options()("out", po::value<std::string>(),
                        "the new file; each run becomes the group /<run id>");
  return options;
}

int merge(const CommandInput& input) {
  const std::string out = input.text("out");
  if (out.empty()) fail_usage("merge", "--out is missing");
  merge_runs(named_runs(input, "merge"), out);
  return 0;
}

}  // namespace

RNB_REGISTER(Command, .name = "merge", .section = Section::Results, .usage = "RUNS...",
             .summary = "many runs -> one file", .options = described, .run = merge);

}  // namespace rnb
