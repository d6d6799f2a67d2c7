#pragma once
// "name=value", as options of methods and data sets are written.

#include <optional>
#include <string>
#include <string_view>

namespace rnb {

struct NameValue {
  std::string name, value;
};

// Cut at the first '='; none without one, or without a name before it. The value may be empty.
std::optional<NameValue> split_name_value(std::string_view word);

}  // namespace rnb
