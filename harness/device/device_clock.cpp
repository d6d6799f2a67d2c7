#include "harness/device/device_clock.h"

#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace rnb {
namespace {

class DeviceClock : public Clock {
 public:
  explicit DeviceClock(torch::Device device)
      : guard_(device.type()), device_(device.has_index() ? device : guard_.getDevice()) {}

  Moment now() override {
    // BACKEND_DEFAULT: an event that remembers its time.
    auto event = std::make_shared<c10::Event>(device_.type(), c10::EventFlag::BACKEND_DEFAULT);
    event->record(guard_.getStream(device_));
    return {std::chrono::steady_clock::now(), std::move(event)};
  }

  double seconds(const Moment& from, const Moment& to) override {
    const auto &a = *static_cast<c10::Event*>(from.event.get()),
               &b = *static_cast<c10::Event*>(to.event.get());
    b.synchronize();
    return a.elapsedTime(b) / 1000;  // milliseconds
  }

 private:
  c10::impl::VirtualGuardImpl guard_;
  torch::Device device_;
};

}  // namespace

std::unique_ptr<Clock> make_clock(torch::Device device) {
  if (device.is_cpu()) return std::make_unique<HostClock>();
  return std::make_unique<DeviceClock>(device);
}

}  // namespace rnb
