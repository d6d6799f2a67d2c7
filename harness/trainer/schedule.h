#pragma once
// Learning-rate schedules.

#include <cstdint>

#include "harness/config/experiment.h"

namespace rnb {

// The rate of 1-based `step` of `steps`: a linear warm-up over warmup * steps, then cosine or linear decay
// from `peak` to `floor`, or constant.
double learning_rate(Schedule schedule, int64_t step, int64_t steps, double peak, double floor,
                     double warmup);

}  // namespace rnb
