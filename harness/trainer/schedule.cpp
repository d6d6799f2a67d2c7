#include "harness/trainer/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rnb {

double learning_rate(Schedule schedule, int64_t step, int64_t steps, double peak, double floor,
                     double warmup) {
  const double warm = std::ceil(warmup * static_cast<double>(steps));
  const auto s = static_cast<double>(step);
  if (s <= warm) return peak * s / warm;
  if (schedule == Schedule::Constant) return peak;
  // Step warm + 1 is the first after the peak, step `steps` the last before the floor would be reached.
  const double rest = std::max(1.0, static_cast<double>(steps) - warm);
  const double done = std::min(1.0, (s - warm) / rest);
  const double share =
      schedule == Schedule::Linear ? 1.0 - done : 0.5 * (1.0 + std::cos(std::numbers::pi * done));
  return floor + (peak - floor) * share;
}

}  // namespace rnb
