#include "base/number_range.h"

#include <charconv>

namespace rnb {
namespace {

std::optional<int64_t> whole_number(std::string_view text) {
  int64_t n = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (code != std::errc() || end != text.data() + text.size() || n < 0) return std::nullopt;
  return n;
}

}  // namespace

std::vector<int64_t> NumberRange::values() const {
  std::vector<int64_t> out;
  for (int64_t i = 0; i < count(); ++i) out.push_back(first + i * step);
  return out;
}

std::optional<NumberRange> parse_number_range(std::string_view text) {
  const size_t dots = text.find("..");
  const auto first = whole_number(text.substr(0, dots));
  if (!first) return std::nullopt;
  if (dots == std::string_view::npos) return NumberRange{*first, *first, 1};
  const std::string_view rest = text.substr(dots + 2);
  const size_t colon = rest.find(':');
  const auto last = whole_number(rest.substr(0, colon));
  const auto step = colon == std::string_view::npos ? 1 : whole_number(rest.substr(colon + 1));
  if (!last || !step || *last < *first || *step < 1) return std::nullopt;
  return NumberRange{*first, *last, *step};
}

}  // namespace rnb
