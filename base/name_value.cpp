#include "base/name_value.h"

namespace rnb {

std::optional<NameValue> split_name_value(std::string_view word) {
  const size_t equals = word.find('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  return NameValue{std::string(word.substr(0, equals)), std::string(word.substr(equals + 1))};
}

}  // namespace rnb
