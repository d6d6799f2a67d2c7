#pragma once
// One child process of a sweep: its standard output is read line by line, its standard error goes to a log
// file. It has a process group of its own, so that Ctrl-C reaches the sweep alone, which passes it on.

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/file_descriptor.h"

namespace rnb {

class SweepChild {
 public:
  // `arguments` starts with the program. Error when it cannot be started; the log says why, too.
  SweepChild(const std::vector<std::string>& arguments, const std::filesystem::path& log);
  ~SweepChild();  // a child that still runs is killed
  SweepChild(const SweepChild&) = delete;
  SweepChild& operator=(const SweepChild&) = delete;

  int output() const { return output_.get(); }  // for poll(2); -1 once closed
  std::vector<std::string> read_lines();        // whole lines that are there now; never blocks
  bool ended();                                 // does not wait
  int exit_code() const { return code_; }       // after ended(): 0..255, 128 + n for a signal
  void signal(int number) const;

 private:
  pid_t pid_ = -1;
  FileDescriptor output_;
  int code_ = 0;
  bool ended_ = false;
  std::string partial_;
};

}  // namespace rnb
