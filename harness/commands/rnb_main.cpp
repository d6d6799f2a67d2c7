// The front program. Commands that train live in librnb_train.so beside it, opened on demand, since loading
// LibTorch takes 0.4 s.

#include <filesystem>

#include <dlfcn.h>

#include "base/error.h"
#include "harness/commands/cli.h"
#include "harness/commands/cost_command.h"
#include "harness/commands/fetch_command.h"
#include "harness/commands/list_command.h"
#include "harness/commands/prepare_command.h"
#include "harness/commands/replay_command.h"
#include "harness/commands/reproduce_command.h"
#include "harness/commands/sweep_command.h"
#include "results/commands.h"

namespace {

using TrainMain = int (*)(int, char**);

int call_train_module(const std::string& command, const std::vector<std::string>& args) {
  const auto module = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "librnb_train.so";
  void* const handle = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* const why = ::dlerror();
    rnb::fail(command,
              "the training module cannot be opened: {}. It is built beside the program: ninja rnb_train",
              why ? why : module.string());
  }
  const auto train_main = reinterpret_cast<TrainMain>(::dlsym(handle, "rnb_train_main"));
  if (!train_main) rnb::fail(command, "{}: has no rnb_train_main; it is of another version", module.string());
  std::vector<std::string> words{"rnb", command};
  words.insert(words.end(), args.begin(), args.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return train_main(static_cast<int>(words.size()), argv.data());
}

rnb::Command trained(const std::string& name, const std::string& summary) {
  return {name, summary,
          [name](const std::vector<std::string>& args) { return call_train_module(name, args); }};
}

}  // namespace

int main(int argc, char** argv) {
  return rnb::dispatch(
      {{"fetch", "download an original data set or model", rnb::fetch_command},
       {"prepare", "source files -> prepared store", rnb::prepare_command},
       trained("regroup", "embed and cluster a store"),
       trained("run", "train one experiment"),
       {"sweep", "a grid of experiments", rnb::sweep_command},
       {"list", "methods, datasets, models", rnb::list_command},
       {"info", "one run in words", rnb::info_command},
       {"profile", "where the time and FLOPs of runs go", rnb::profile_command},
       {"report", "runs -> table or page", rnb::report_command},
       {"replay", "a method over recorded signals", rnb::replay_command},
       {"reproduce", "a paper's runs, and its numbers beside theirs", rnb::reproduce_command},
       {"cost", "what methods cost: formulas and measurement", rnb::cost_command},
       trained("eval", "loss of a model on a store or on token ids"),
       trained("embed", "vectors of texts from an encoder"),
       {"validate", "check a run file against the schema", rnb::validate_command},
       {"merge", "many runs -> one file", rnb::merge_command}},
      argc, argv);
}
