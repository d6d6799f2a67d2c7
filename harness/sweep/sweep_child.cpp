#include "harness/sweep/sweep_child.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/launch.h"

namespace rnb {
namespace {

constexpr size_t kLongestLine = 1 << 16;

}  // namespace

SweepChild::SweepChild(const std::vector<std::string>& arguments, const std::filesystem::path& log) {
  const FileDescriptor errors(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!errors.is_open()) fail("sweep", "{}: cannot be opened: {}", log.string(), std::strerror(errno));
  const FileDescriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::array<int, 2> ends{};
  if (!nothing.is_open() || ::pipe2(ends.data(), O_CLOEXEC) != 0)
    fail("sweep", "no pipe for a run: {}", std::strerror(errno));
  output_ = FileDescriptor(ends[0]);
  const FileDescriptor its_output(ends[1]);
  ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
  try {
    pid_ = launch({.words = arguments,
                   .input = nothing.get(),
                   .output = its_output.get(),
                   .error = errors.get(),
                   .signal_when_we_end = SIGTERM});
  } catch (const ChildFailure& failure) {
    ::dprintf(errors.get(), "%s\n", failure.what());
    fail("sweep", "{}", failure.what());
  }
}

SweepChild::~SweepChild() {
  output_.close();
  if (ended_) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
}

std::vector<std::string> SweepChild::read_lines() {
  std::array<char, 4096> block{};
  while (output_.is_open()) {
    const ssize_t n = ::read(output_.get(), block.data(), block.size());
    if (n > 0) {
      partial_.append(block.data(), static_cast<size_t>(n));
      if (partial_.size() > kLongestLine && partial_.find('\n') == std::string::npos) partial_.clear();
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    output_.close();
  }
  std::vector<std::string> lines;
  for (size_t end; (end = partial_.find('\n')) != std::string::npos; partial_.erase(0, end + 1))
    lines.push_back(partial_.substr(0, end));
  return lines;
}

bool SweepChild::ended() {
  int status = 0;
  if (ended_) return true;
  const pid_t got = ::waitpid(pid_, &status, WNOHANG);
  if (got == 0 || (got < 0 && errno == EINTR)) return false;
  ended_ = true;
  code_ = got < 0 ? 255 : exit_code_of_status(status);
  return true;
}

void SweepChild::signal(int number) const {
  if (!ended_) ::kill(pid_, number);
}

}  // namespace rnb
