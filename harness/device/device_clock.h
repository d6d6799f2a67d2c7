#pragma once
// A device's own time: an event in its queue at each moment, so that a phase is billed for what it made the
// device do, and the host need not wait between phases.

#include <memory>

#include <torch/torch.h>

#include "harness/device/clock.h"

namespace rnb {

std::unique_ptr<Clock> make_clock(torch::Device device);  // of the CPU: the host's

}  // namespace rnb
