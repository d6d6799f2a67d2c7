#pragma once
// One child process of a sweep: its standard output is read line by line, its standard error goes to a log
// file.

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace rnb {

class SweepChild {
 public:
  // `arguments` starts with the program. Throws Error when it cannot be started.
  SweepChild(const std::vector<std::string>& arguments, const std::filesystem::path& log);
  ~SweepChild();  // a child that still runs is killed
  SweepChild(const SweepChild&) = delete;
  SweepChild& operator=(const SweepChild&) = delete;

  int output() const { return output_; }   // for poll(2); -1 once closed
  std::vector<std::string> read_lines();   // whole lines that are there now; never blocks
  bool ended();                            // does not wait
  int exit_code() const { return code_; }  // after ended(): 0..255, 128 + n for a signal
  void signal(int number) const;

 private:
  pid_t pid_ = -1;
  int output_ = -1, code_ = 0;
  bool ended_ = false;
  std::string partial_;
};

}  // namespace rnb
