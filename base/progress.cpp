#include "base/progress.h"

#include <cmath>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

namespace rnb {
namespace {
using SteadyClock = std::chrono::steady_clock;
}

Progress::Progress(std::string label, int64_t total, int64_t first, Unit unit)
    : label_(std::move(label)),
      total_(total),
      first_(first),
      unit_(unit),
      shown_(::isatty(2) == 1),
      start_(SteadyClock::now()),
      last_(start_) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void Progress::update(int64_t done, const std::string& note) {
  const auto now = SteadyClock::now();
  if (!shown_ || (drawn_ && now - last_ < std::chrono::milliseconds(100))) return;
  last_ = now;
  drawn_ = true;
  const double spent = std::chrono::duration<double>(now - start_).count();
  const auto shown = [&](int64_t n) {
    return unit_ == Unit::Bytes ? format_bytes(static_cast<double>(n)) : fmt::format("{}", n);
  };
  std::string line = fmt::format("{} {}", label_, shown(done));
  const auto gained = static_cast<double>(done - first_);
  if (total_ > 0) {
    line += fmt::format("/{} ({:.0f} %)", shown(total_),
                        100.0 * static_cast<double>(done) / static_cast<double>(total_));
    if (gained > 0)
      line += fmt::format(", {} left", format_duration(spent * static_cast<double>(total_ - done) / gained));
  }
  if (unit_ == Unit::Bytes && spent > 0) line += fmt::format(", {}/s", format_bytes(gained / spent));
  if (!note.empty()) line += ", " + note;
  fmt::print(stderr, "\r\x1b[K{}", line);
  std::fflush(stderr);
}

std::string format_duration(double seconds) {
  const auto s = static_cast<int64_t>(std::llround(seconds));
  if (s < 60) return seconds < 9.95 ? fmt::format("{:.1f} s", seconds) : fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
  return fmt::format("{} h {:02} min", s / 3600, s % 3600 / 60);
}

std::string format_bytes(double bytes) {
  const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  size_t u = 0;
  while (bytes >= 1024 && u < 4) {
    bytes /= 1024;
    ++u;
  }
  return fmt::format("{:.{}f} {}", bytes, u == 0 || bytes >= 100 ? 0 : 1, units[u]);
}

}  // namespace rnb
