#pragma once
// SIGINT and SIGTERM only set a flag: the trainer saves at the end of the step and exits with 128 + n.

#include <stdexcept>
#include <string>

namespace rnb {

void watch_stop_signals();
int stop_signal();  // 0, or the number of the signal that came

// Thrown by work that a stop signal cut and that saved what it had; the program exits with 128 + signal.
class Stopped : public std::runtime_error {
 public:
  explicit Stopped(int number)
      : std::runtime_error("stopped by signal " + std::to_string(number) + "; the same command goes on"),
        signal(number) {}
  int signal;
};

}  // namespace rnb
