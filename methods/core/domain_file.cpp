#include "methods/core/domain_file.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/json_file.h"
#include "base/suggest.h"

namespace rnb {

std::vector<double> numbers_by_domain(std::string_view who, const std::filesystem::path& file,
                                      const Domains& domains) {
  const auto json = read_json_file(file);
  std::vector<double> out(domains.size(), std::numeric_limits<double>::quiet_NaN());
  if (json.is_array()) {
    if (json.size() != out.size())
      fail(who, "{}: {} numbers, the data has {} domains", file.string(), json.size(), out.size());
    for (size_t i = 0; i < out.size(); ++i) {
      if (!json[i].is_number()) fail(who, "{}: entry {} is not a number", file.string(), i);
      out[i] = json[i].get<double>();
    }
    return out;
  }
  if (!json.is_object())
    fail(who, "{}: expected {{\"domain\": number, ...}} or a list of numbers", file.string());
  for (const auto& [name, value] : json.items()) {
    const auto it = std::find(domains.names.begin(), domains.names.end(), name);
    if (it == domains.names.end())
      fail(who, "{}: there is no domain '{}'{}", file.string(), name, suggestion(name, domains.names));
    if (!value.is_number()) fail(who, "{}: the value of '{}' is not a number", file.string(), name);
    out[static_cast<size_t>(it - domains.names.begin())] = value.get<double>();
  }
  return out;
}

}  // namespace rnb
