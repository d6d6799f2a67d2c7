#include "base/stop_signal.h"

#include <atomic>
#include <csignal>
#include <initializer_list>

namespace rnb {
namespace {

std::atomic<int> received{0}, count{0};
std::atomic<SecondSignal> on_second{SecondSignal::EndsAtOnce};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<SecondSignal>::is_always_lock_free);

constexpr std::initializer_list<int> kWatched{SIGINT, SIGTERM};

void on_signal(int number) {
  received = number;
  ++count;
  if (on_second == SecondSignal::EndsAtOnce) end_stop_signal_watch();  // std::signal alone: safe here
}

}  // namespace

void watch_stop_signals(SecondSignal second) {
  received = 0;
  count = 0;
  on_second = second;
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (const int number : kWatched) ::sigaction(number, &action, nullptr);
}

void end_stop_signal_watch() {
  for (const int number : kWatched) std::signal(number, SIG_DFL);
}

int stop_signal() {
  return received;
}

int stop_signals_count() {
  return count;
}

}  // namespace rnb
