#include "harness/sweep/sweep_child.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

namespace rnb {
namespace {

constexpr size_t kLongestLine = 1 << 16;

// In the forked child: async-signal-safe calls only.
[[noreturn]] void become(char* const* argv, int output, int log, int nothing) {
  ::setpgid(0, 0);  // Ctrl-C at the terminal reaches the sweep alone, which passes it on once
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  ::dup2(nothing, 0);
  ::dup2(output, 1);
  ::dup2(log, 2);
  ::execv(argv[0], argv);
  constexpr char kMessage[] = "the program cannot be started\n";
  if (::write(2, kMessage, sizeof kMessage - 1) < 0) ::_exit(126);
  ::_exit(127);
}

}  // namespace

SweepChild::SweepChild(const std::vector<std::string>& arguments, const std::filesystem::path& log) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::array<int, 2> ends{};
  const int log_fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log_fd < 0) fail("sweep", "{}: cannot be opened: {}", log.string(), std::strerror(errno));
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0) {
    const int why = errno;
    ::close(log_fd);
    if (nothing >= 0) ::close(nothing);
    fail("sweep", "no pipe for a run: {}", std::strerror(why));
  }
  pid_ = ::fork();
  if (pid_ == 0) become(argv.data(), ends[1], log_fd, nothing);
  const int why = errno;
  ::close(ends[1]);
  ::close(log_fd);
  ::close(nothing);
  output_ = ends[0];
  if (pid_ < 0) {
    ::close(output_);
    fail("sweep", "{} cannot be started: {}", arguments.front(), std::strerror(why));
  }
  ::fcntl(output_, F_SETFL, O_NONBLOCK);
}

SweepChild::~SweepChild() {
  if (output_ >= 0) ::close(output_);
  if (ended_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::vector<std::string> SweepChild::read_lines() {
  std::array<char, 4096> block{};
  while (output_ >= 0) {
    const ssize_t n = ::read(output_, block.data(), block.size());
    if (n > 0) {
      partial_.append(block.data(), static_cast<size_t>(n));
      if (partial_.size() > kLongestLine && partial_.find('\n') == std::string::npos) partial_.clear();
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    ::close(output_);
    output_ = -1;
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
  code_ = got < 0 ? 255 : WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return true;
}

void SweepChild::signal(int number) const {
  if (!ended_) ::kill(pid_, number);
}

}  // namespace rnb
