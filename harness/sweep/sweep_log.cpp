#include "harness/sweep/sweep_log.h"

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace rnb {
namespace fs = std::filesystem;

fs::path name_log(const fs::path& log, const std::string& run_id) {
  for (int attempt = 1; attempt < 10000; ++attempt) {
    const std::string name = attempt == 1 ? run_id + ".log" : fmt::format("{}.{}.log", run_id, attempt);
    const fs::path named = log.parent_path() / name;
    if (::link(log.c_str(), named.c_str()) == 0) {  // never replaces a file
      ::unlink(log.c_str());
      return named;
    }
    if (errno != EEXIST) break;
  }
  return log;
}

timespec file_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now;
}

bool older_than(const fs::path& file, const timespec& moment) {
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) return false;
  const timespec& t = found.st_mtim;
  return t.tv_sec < moment.tv_sec || (t.tv_sec == moment.tv_sec && t.tv_nsec < moment.tv_nsec);
}

}  // namespace rnb
