#include "harness/sweep/simplex_grid.h"

#include <charconv>

#include "base/error.h"

namespace rnb {
namespace {

constexpr const char* kCall = "=simplex(";
constexpr size_t kMostDomains = 1000;

// (n + m - 1 choose m - 1), or most + 1 where it is larger: the running product stays below most * (n + m).
size_t points(size_t m, size_t n, size_t most) {
  size_t count = 1;
  for (size_t i = 1; i < m; ++i) {
    count = count * (n + i) / i;
    if (count > most) return most + 1;
  }
  return count;
}

// Puts `left` parts on the domains from `at` on, in every way.
void place(std::vector<size_t>& parts, size_t at, size_t left, const std::string& before,
           const std::string& after, std::vector<std::string>& out) {
  if (at + 1 == parts.size()) {
    parts[at] = left;
    out.push_back(fmt::format("{}{}{}", before, fmt::join(parts, ","), after));
    return;
  }
  for (size_t here = 0; here <= left; ++here) {
    parts[at] = here;
    place(parts, at + 1, left - here, before, after, out);
  }
}

}  // namespace

std::vector<std::string> simplex_grid(const std::string& text, size_t most) {
  const size_t call = text.find(kCall);
  if (call == std::string::npos) return {text};
  const size_t inside = call + std::string(kCall).size(), close = text.find(')', inside);
  const auto wrong = [&](const std::string& found) {
    fail_usage(
        "config",
        "method = '{}': {}; expected simplex(m,n), every mixture of m <= {} domains in steps of 1/n, with "
        "at most {} points, for example fixed weights=simplex(4,8)",
        text, found, kMostDomains, most);
  };
  size_t m = 0, n = 0;
  const char* const end = text.data() + (close == std::string::npos ? text.size() : close);
  const auto [comma, first] = std::from_chars(text.data() + inside, end, m);
  const bool one = first == std::errc() && comma != end && *comma == ',';
  const auto [stop, second] = std::from_chars(one ? comma + 1 : end, end, n);
  if (close == std::string::npos || !one || second != std::errc() || stop != end || m < 2 || n < 1)
    wrong("not understood");
  if (m > kMostDomains || n > most || points(m, n, most) > most) wrong("too many points");
  const std::string after = text.substr(close + 1);
  if (after.find(kCall) != std::string::npos) wrong("simplex twice");
  std::vector<std::string> out;
  std::vector<size_t> parts(m);
  place(parts, 0, n, text.substr(0, call + 1), after, out);
  return out;
}

}  // namespace rnb
