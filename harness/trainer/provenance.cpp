#include "harness/trainer/provenance.h"

#include <array>
#include <ctime>
#include <fstream>

#include <H5public.h>
#include <fmt/core.h>
#include <torch/version.h>
#include <unistd.h>
#include <boost/version.hpp>

#include "base/version.h"

namespace rnb {
namespace {

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
  const BuildStamp stamp = build_stamp();
  return {{"command_line", command_line},
          {"git_commit", stamp.commit},
          {"git_diff_sha", stamp.diff_digest},
          {"host", host.data()},
          {"cpu", cpu_name()},
          {"threads", threads},
          {"versions",
           {{"rnb", version()},
            {"libtorch", TORCH_VERSION},
            {"hdf5", fmt::format("{}.{}.{}", H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE)},
            {"boost", BOOST_LIB_VERSION},
            {"compiler", __VERSION__}}},
          {"utc", utc_now()}};
}

}  // namespace rnb
