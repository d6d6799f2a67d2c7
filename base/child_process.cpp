#include "base/child_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

namespace rnb {
namespace {

constexpr size_t kLongestLine = 64U << 20U;
using SteadyClock = std::chrono::steady_clock;

// False when nothing happened before the time was up.
bool wait_for(int fd, short what, SteadyClock::time_point end) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - SteadyClock::now()).count();
    pollfd poll_for{fd, what, 0};
    const int ready = poll(&poll_for, 1, static_cast<int>(std::clamp<int64_t>(left, 0, 1'000'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) throw ChildFailure(std::strerror(errno));
    if (ready == 0 && left <= 0) return false;
  }
}

std::string seconds(std::chrono::milliseconds limit) {
  return fmt::format("{} s", static_cast<double>(limit.count()) / 1000);
}

}  // namespace

std::vector<std::string> split_command(std::string_view command) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    const bool space = c == ' ' || c == '\t' || c == '\n';
    if (quote == 0 && space) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (quote != 0 && c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && i + 1 < command.size() &&
               (quote == 0 || command[i + 1] == '"' || command[i + 1] == '\\')) {
      words.back() += command[++i];
    } else {
      words.back() += c;
    }
  }
  if (quote != 0) throw ChildFailure(fmt::format("the quote {} is not closed", quote));
  if (words.empty()) throw ChildFailure("there is no program in it");
  return words;
}

ChildProcess::ChildProcess(std::vector<std::string> words) {
  // A socket, not a pipe, for what we write: a child that has ended then is an error instead of SIGPIPE.
  int to[2], from[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to) != 0) throw ChildFailure(std::strerror(errno));
  in_ = FileDescriptor(to[0]);
  const FileDescriptor its_input(to[1]);
  if (pipe2(from, O_CLOEXEC) != 0) throw ChildFailure(std::strerror(errno));
  out_ = FileDescriptor(from[0]);
  const FileDescriptor its_output(from[1]);
  // Killed with us: a program that never reads would not see that its input has ended.
  pid_ = launch({.words = std::move(words),
                 .input = its_input.get(),
                 .output = its_output.get(),
                 .signal_when_we_end = SIGKILL});
}

ChildProcess::~ChildProcess() {
  in_.close();
  out_.close();
  if (reaped_) return;
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
}

void ChildProcess::ended() {
  int status = 0;
  for (int tries = 0; tries < 100; ++tries) {  // its output ends a moment before it does
    siginfo_t end{};
    if (waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        end.si_pid == pid_) {
      kill(-pid_, SIGKILL);  // its own children; once it is reaped, the number may be another group's
      while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
      reaped_ = true;
      throw ChildFailure(end_of_status(status));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw ChildFailure("it closed its input or output");
}

void ChildProcess::write_line(std::string line, std::chrono::milliseconds limit) {
  line += '\n';
  const auto end = SteadyClock::now() + limit;
  for (size_t done = 0; done < line.size();) {
    const ssize_t n = send(in_.get(), line.data() + done, line.size() - done, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      done += static_cast<size_t>(n);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait_for(in_.get(), POLLOUT, end)) throw ChildFailure("it read nothing for " + seconds(limit));
    } else if (errno != EINTR) {
      ended();
    }
  }
}

std::string ChildProcess::read_line(std::chrono::milliseconds limit) {
  const auto end = SteadyClock::now() + limit;
  size_t searched = 0;
  for (;;) {
    const size_t at = pending_.find('\n', searched);
    if (at != std::string::npos) {
      std::string line = pending_.substr(0, at);
      pending_.erase(0, at + 1);
      return line;
    }
    searched = pending_.size();
    if (searched > kLongestLine) throw ChildFailure("it sent a line of more than 64 MiB");
    if (!wait_for(out_.get(), POLLIN, end)) throw ChildFailure("no line within " + seconds(limit));
    char block[1 << 16];
    const ssize_t n = read(out_.get(), block, sizeof block);
    if (n == 0) ended();
    if (n > 0) pending_.append(block, static_cast<size_t>(n));
    if (n < 0 && errno != EINTR) throw ChildFailure(std::strerror(errno));
  }
}

}  // namespace rnb
