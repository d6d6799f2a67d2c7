// The machine as `rnb doctor` sees it.

#include <fstream>
#include <initializer_list>
#include <sstream>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "base/parallel.h"
#include "harness/commands/doctor_findings.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr double kGigabyte = 1e9;
constexpr double kLeastFree = 1e9;  // a run's log and checkpoints at the smallest sizes

// The value of the first line "key : value" of a file of /proc; empty: there is none.
std::string proc_value(const char* file, std::string_view key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(':');
    if (!line.starts_with(key) || colon == std::string::npos) continue;
    const auto first = line.find_first_not_of(" \t", colon + 1);
    return first == std::string::npos ? "" : line.substr(first);
  }
  return {};
}

// The vector units that LibTorch and this program's loops can use.
std::string vector_units() {
  std::istringstream flags(proc_value("/proc/cpuinfo", "flags"));
  std::vector<std::string> found;
  for (std::string flag; flags >> flag;)
    for (const char* const known : {"avx", "avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16"})
      if (flag == known) found.push_back(flag);
  return fmt::format("{}", fmt::join(found, " "));
}

double kilobytes(const std::string& value) {  // "24123456 kB"
  return 1024 * std::strtod(value.c_str(), nullptr);
}

Finding memory() {
  return {"machine", "memory",
          fmt::format("{:.1f} GB, {:.1f} GB available",
                      kilobytes(proc_value("/proc/meminfo", "MemTotal")) / kGigabyte,
                      kilobytes(proc_value("/proc/meminfo", "MemAvailable")) / kGigabyte)};
}

// `otherwise`: how bad it is where it cannot be used.
Finding folder(const std::string& name, const fs::path& path, Health otherwise) {
  Finding out{"folders", name, path.string()};
  std::error_code code;
  const auto space = fs::space(path, code);
  if (code) {
    out.value += ": " + code.message();
    out.health = otherwise;
    return out;
  }
  const auto free = static_cast<double>(space.available);
  out.value += fmt::format(", {:.1f} GB free", free / kGigabyte);
  if (::access(path.c_str(), W_OK) != 0) {
    out.value += ", not writable";
    out.health = otherwise;
  } else if (free < kLeastFree) {
    out.value += ", too little";
    out.health = otherwise;
  }
  return out;
}

}  // namespace

Findings findings_of_machine() {
  const std::string units = vector_units();
  std::error_code code;
  Findings out;
  out.push_back({"machine", "processor", proc_value("/proc/cpuinfo", "model name")});
  out.push_back({"machine", "threads",
                 fmt::format("{} used with --threads 0, {} there", thread_count(0),
                             std::thread::hardware_concurrency())});
  out.push_back({"machine", "vector units", units.empty() ? "no AVX" : units,
                 units.empty() ? Health::Absent : Health::Fine});
  out.push_back(memory());
  out.push_back(folder("here: stores, runs", fs::current_path(code), Health::Missing));
  out.push_back(folder("temporary files", fs::temp_directory_path(code), Health::Absent));
  return out;
}

}  // namespace rnb
