#include "harness/config/budget.h"

#include <charconv>
#include <cmath>
#include <string_view>

#include "base/error.h"

namespace rnb {

double parse_budget(const std::string& budget) {
  constexpr std::string_view kPrefix = "flops=";
  double value = 0;
  const char* const end = budget.data() + budget.size();
  if (budget.starts_with(kPrefix)) {
    const auto [at, code] = std::from_chars(budget.data() + kPrefix.size(), end, value);
    if (code == std::errc() && at == end && value > 0 && std::isfinite(value)) return value;
  }
  fail_usage("budget", "'{}'; expected flops= and a positive number, for example flops=2e12", budget);
}

}  // namespace rnb
