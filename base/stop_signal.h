#pragma once
// SIGINT and SIGTERM as a question that work asks when it suits it: whoever is in a loop looks at
// stop_signal(), saves what it has and throws Stopped or returns. Handlers are the process's: one watch at a
// time.

#include <stdexcept>
#include <string>

namespace rnb {

// EndsAtOnce: a second one, whichever of the two it is, has its default action.
enum class SecondSignal { EndsAtOnce, IsCounted };

// From now on; what came before is forgotten.
void watch_stop_signals(SecondSignal second = SecondSignal::EndsAtOnce);
void end_stop_signal_watch();  // the signals have their default actions again

// A watch for as long as it lives.
class StopSignalWatch {
 public:
  explicit StopSignalWatch(SecondSignal second = SecondSignal::EndsAtOnce) { watch_stop_signals(second); }
  ~StopSignalWatch() { end_stop_signal_watch(); }
  StopSignalWatch(const StopSignalWatch&) = delete;
  StopSignalWatch& operator=(const StopSignalWatch&) = delete;
};

int stop_signal();         // 0, or the number of the last one that came
int stop_signals_count();  // since the watch began

// Thrown by work that a stop signal cut and that saved what it had; the program exits with 128 + signal.
class Stopped : public std::runtime_error {
 public:
  explicit Stopped(int number)
      : std::runtime_error("stopped by signal " + std::to_string(number) + "; the same command goes on"),
        signal(number) {}
  int signal;
};

}  // namespace rnb
