#include "harness/trainer/provenance.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>

#include <H5public.h>
#include <fmt/core.h>
#include <torch/version.h>
#include <unistd.h>
#include <boost/version.hpp>

#include "base/sha256.h"

namespace rnb {
namespace {

// The standard output of a git command run in the source tree; empty when there is none (an installed copy).
std::string git(const std::string& arguments) {
  const std::string command = fmt::format("git -C '{}' {} 2>/dev/null", RNB_SOURCE_DIR, arguments);
  FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) return {};
  std::string out;
  std::array<char, 4096> buffer{};
  for (size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    out.append(buffer.data(), n);
  ::pclose(pipe);
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

std::string cpu_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

}  // namespace

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

nlohmann::json provenance(const std::string& command_line, int threads) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string diff = git("diff HEAD");
  return {{"command_line", command_line},
          {"git_commit", git("rev-parse HEAD")},
          {"git_diff_sha", diff.empty() ? "" : sha256_hex(diff)},
          {"host", host.data()},
          {"cpu", cpu_name()},
          {"threads", threads},
          {"versions",
           {{"rnb", RNB_VERSION},
            {"libtorch", TORCH_VERSION},
            {"hdf5", fmt::format("{}.{}.{}", H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE)},
            {"boost", BOOST_LIB_VERSION},
            {"compiler", __VERSION__}}},
          {"utc", utc_now()}};
}

}  // namespace rnb
