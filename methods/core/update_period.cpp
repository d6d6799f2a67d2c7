#include "methods/core/update_period.h"

#include <algorithm>

namespace rnb {

MethodOption every_option(const std::string& what) {
  return {.name = "every",
          .fallback = "0",
          .help = "steps between " + what + "; 0: a tenth of the run",
          .type = OptionType::Whole,
          .low = 0};
}

int64_t update_period(int64_t every, const Domains& domains) {
  return every > 0 ? every : std::max<int64_t>(1, domains.total_steps / 10);
}

}  // namespace rnb
