#pragma once
// A program that is talked to line by line: lines to its standard input, lines from its standard output; its
// standard error is ours.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/file_descriptor.h"
#include "base/launch.h"

namespace rnb {

// Words of a command as a POSIX shell splits them: white space, '...', "..." and backslash; nothing is
// expanded. ChildFailure where a quote is not closed or there is no word.
std::vector<std::string> split_command(std::string_view command);

class ChildProcess {
 public:
  explicit ChildProcess(std::vector<std::string> words);  // ChildFailure unless it can be started
  ~ChildProcess();                                        // kills it and its own children, and reaps it
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // ChildFailure when it has ended, or when a line is not taken or given within the limit.
  void write_line(std::string line, std::chrono::milliseconds limit);
  std::string read_line(std::chrono::milliseconds limit);  // without its line end; at most 64 MiB
  pid_t pid() const { return pid_; }

 private:
  [[noreturn]] void ended();  // says how
  pid_t pid_ = -1;
  FileDescriptor in_, out_;  // our ends
  bool reaped_ = false;
  std::string pending_;  // read, not yet given out
};

}  // namespace rnb
