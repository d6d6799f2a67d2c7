#include "harness/commands/call_train_module.h"

#include <dlfcn.h>

#include "base/error.h"
#include "base/installation.h"
#include "harness/commands/setup_line.h"

namespace rnb {
namespace {

void* opened(const std::filesystem::path& module) {
  return ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
}

}  // namespace

std::optional<std::string> why_module_fails(const Installation& installation) {
  if (opened(installation.train_module())) return std::nullopt;
  const char* const why = ::dlerror();
  return why ? why : "";
}

int call_train_module(const std::string& command, const std::vector<std::string>& arguments) {
  const Installation installation = this_installation();
  if (const auto why = why_module_fails(installation)) {
    const ModuleFault fault = fault_of_train_module(installation, *why);
    fail(command, "the training module {}; run: {}", fault.what, fault.mend);
  }
  const auto file = installation.train_module();
  void* const module = opened(file);  // again: the same handle
  using TrainMain = int (*)(int, char**);
  const auto train_main = reinterpret_cast<TrainMain>(::dlsym(module, "rnb_train_main"));
  if (!train_main) fail(command, "{}: has no rnb_train_main; it is of another version", file.string());
  std::vector<std::string> words{"rnb", command};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return train_main(static_cast<int>(words.size()), argv.data());
}

}  // namespace rnb
