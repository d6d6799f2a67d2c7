#pragma once
// Ranges of whole numbers as users write them: "7", "5..30", "5..30:5".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rnb {

struct NumberRange {
  int64_t first = 0, last = 0, step = 1;  // rising: 0 <= first <= last, step >= 1
  int64_t count() const { return (last - first) / step + 1; }
  std::vector<int64_t> values() const;  // first, first + step, ... up to last
};

// "7" is the range of 7 alone. None for anything else, negative numbers and falling ranges included; what
// else is allowed (limits, how many values) is the caller's to say, with the option's name.
std::optional<NumberRange> parse_number_range(std::string_view text);

}  // namespace rnb
