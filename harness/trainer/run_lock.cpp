#include "harness/trainer/run_lock.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"

namespace rnb {

RunLock::RunLock(const std::filesystem::path& run_folder) {
  const auto file = run_folder / "run.lock";
  fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0) fail("run", "{}: cannot be opened: {}", file.string(), std::strerror(errno));
  std::array<char, 256> text{};
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const int why = errno;
    const ssize_t n = ::read(fd_, text.data(), text.size() - 1);
    ::close(fd_);
    if (why != EWOULDBLOCK) fail("run", "{}: cannot be locked: {}", file.string(), std::strerror(why));
    throw BusyError("run",
                    fmt::format("{}: this run is being made by another process ({}); wait for it or stop it",
                                run_folder.string(), n > 0 ? text.data() : "unknown"));
  }
  ::gethostname(text.data(), text.size() - 1);
  const std::string holder = fmt::format("pid {} on {}", ::getpid(), text.data());
  if (::ftruncate(fd_, 0) != 0 || ::write(fd_, holder.data(), holder.size()) < 0) {
    const int why = errno;
    ::close(fd_);
    fail("run", "{}: cannot be written: {}", file.string(), std::strerror(why));
  }
}

RunLock::~RunLock() {
  ::close(fd_);
}

}  // namespace rnb
