#include "base/suggest.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rnb {

int edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = static_cast<int>(i);
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i)
    for (size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

std::string suggestion(std::string_view given, const std::vector<std::string>& known) {
  const std::string* best = nullptr;
  int best_distance = std::max(2, static_cast<int>(given.size()) / 3) + 1;
  for (const std::string& name : known) {
    const bool prefix = given.size() >= 3 && name.starts_with(given);
    const int distance = prefix ? 1 : edit_distance(given, name);
    if (distance < best_distance) {
      best = &name;
      best_distance = distance;
    }
  }
  if (best) return fmt::format(" (did you mean '{}'?)", *best);
  return known.empty() ? std::string() : fmt::format("; expected one of {}", fmt::join(known, ", "));
}

}  // namespace rnb
