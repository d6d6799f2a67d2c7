#pragma once
// A progress line with ETA on standard error. Silent unless that is a terminal.

#include <chrono>
#include <cstdint>
#include <string>

namespace rnb {

class Progress {
 public:
  enum class Unit { Count, Bytes };
  // total <= 0: unknown. `first`: what was done before now, which says nothing about the speed.
  Progress(std::string label, int64_t total, int64_t first = 0, Unit unit = Unit::Count);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void update(int64_t done, const std::string& note = "");  // redraws at most ten times a second

 private:
  std::string label_;
  int64_t total_, first_;
  Unit unit_;
  bool shown_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point start_, last_;
};

std::string format_duration(double seconds);  // "42 s", "3 min 05 s", "2 h 10 min"
std::string format_bytes(double bytes);       // "1.3 GiB"

}  // namespace rnb
