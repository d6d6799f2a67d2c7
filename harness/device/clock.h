#pragma once
// The one clock that bills time. A moment is taken without waiting; the seconds between two may be asked for
// later, when the device has got there.

#include <chrono>
#include <functional>
#include <memory>

namespace rnb {

struct Moment {
  std::chrono::steady_clock::time_point host;
  std::shared_ptr<void> event;  // of a device's clock
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Moment now() = 0;  // never goes back
  virtual double seconds(const Moment& from, const Moment& to) = 0;
};

class HostClock : public Clock {
 public:
  using Now = std::function<std::chrono::steady_clock::time_point()>;
  explicit HostClock(Now now = &std::chrono::steady_clock::now) : now_(std::move(now)) {}
  Moment now() override { return {now_(), nullptr}; }
  double seconds(const Moment& from, const Moment& to) override {
    return std::chrono::duration<double>(to.host - from.host).count();
  }

 private:
  Now now_;
};

}  // namespace rnb
