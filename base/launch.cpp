#include "base/launch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <fmt/format.h>

#include "base/file_descriptor.h"

namespace rnb {
namespace {

// In the child, which still has our memory: async-signal-safe calls, and nothing of ours is changed but
// `failure`. Returns only when the program cannot be started.
void become(const Launch& what, char* const* argv, const sigset_t& signals, pid_t parent) {
  if (what.group == Launch::Group::Own) ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, what.signal_when_we_end);
  if (::getppid() != parent) return;  // we ended before the line above
  if (what.input != STDIN_FILENO) ::dup2(what.input, STDIN_FILENO);
  if (what.output != STDOUT_FILENO) ::dup2(what.output, STDOUT_FILENO);
  if (what.error != STDERR_FILENO) ::dup2(what.error, STDERR_FILENO);
  // Handlers of ours must not run there.
  for (const int number : {SIGINT, SIGTERM}) {
    struct sigaction now{};
    if (::sigaction(number, nullptr, &now) == 0 && now.sa_handler != SIG_IGN) {
      now = {};
      now.sa_handler = SIG_DFL;
      ::sigaction(number, &now, nullptr);
    }
  }
  ::sigprocmask(SIG_SETMASK, &signals, nullptr);
  ::execvp(argv[0], argv);
}

int wait_for_end(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw ChildFailure(std::strerror(errno));
  return status;
}

// False when the end has not come within the limit.
bool read_to_end(int fd, std::optional<std::chrono::milliseconds> limit, std::string& out) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + limit.value_or(std::chrono::milliseconds(0));
  std::array<char, 4096> block{};
  for (;;) {
    if (limit) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
      pollfd one{fd, POLLIN, 0};
      const int ready = ::poll(&one, 1, static_cast<int>(std::clamp<int64_t>(left, 0, 1'000'000)));
      if (ready == 0 && left <= 0) return false;
      if (ready <= 0) continue;
    }
    const ssize_t n = ::read(fd, block.data(), block.size());
    if (n > 0) out.append(block.data(), static_cast<size_t>(n));
    if (n == 0 || (n < 0 && errno != EINTR)) return true;
  }
}

}  // namespace

pid_t launch(const Launch& what) {
  std::vector<char*> argv;
  argv.reserve(what.words.size() + 1);
  for (const std::string& word : what.words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = ::getpid();
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  // vfork: a process of many gigabytes is not copied, and the child can say here why it could not start.
  volatile int failure = 0;
  const pid_t child = ::vfork();
  if (child == 0) {
    become(what, argv.data(), before, parent);
    failure = errno;
    ::_exit(127);
  }
  const int why = child < 0 ? errno : failure;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (child > 0 && why == 0) return child;
  if (child > 0) ::waitpid(child, nullptr, 0);
  throw ChildFailure(fmt::format("'{}' cannot be started: {}", what.words.front(), std::strerror(why)));
}

int exit_code_of_status(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string end_of_status(int status) {
  if (WIFSIGNALED(status)) return fmt::format("it was ended by signal {}", WTERMSIG(status));
  return fmt::format("it ended with status {}", WEXITSTATUS(status));
}

int run_program(const Launch& what) {
  return exit_code_of_status(wait_for_end(launch(what)));
}

std::optional<std::string> output_of_program(std::vector<std::string> words,
                                             std::optional<std::chrono::milliseconds> limit) {
  std::array<int, 2> ends{};
  const FileDescriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nothing.is_open() || ::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  const FileDescriptor from(ends[0]);
  FileDescriptor to(ends[1]);
  pid_t child = -1;
  try {
    child = launch(
        {.words = std::move(words), .input = nothing.get(), .output = to.get(), .error = nothing.get()});
  } catch (const ChildFailure&) {
    return std::nullopt;
  }
  to.close();
  std::string out;
  if (!read_to_end(from.get(), limit, out)) ::kill(-child, SIGKILL);
  if (exit_code_of_status(wait_for_end(child)) != 0) return std::nullopt;
  return out;
}

}  // namespace rnb
