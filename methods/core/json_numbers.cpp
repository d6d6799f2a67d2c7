#include "methods/core/json_numbers.h"

#include "base/error.h"

#include <cmath>
#include <limits>

namespace rnb {

nlohmann::json exact(std::span<const double> values) {
  nlohmann::json out = nlohmann::json::array();
  for (const double v : values) {
    if (std::isnan(v))
      out.push_back(nullptr);
    else if (std::isinf(v))
      out.push_back(v > 0 ? "inf" : "-inf");
    else
      out.push_back(v);
  }
  return out;
}

std::vector<double> doubles(const nlohmann::json& array) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> out;
  for (const auto& v : array) {
    if (v.is_null())
      out.push_back(std::numeric_limits<double>::quiet_NaN());
    else if (v == "inf")
      out.push_back(kInfinity);
    else if (v == "-inf")
      out.push_back(-kInfinity);
    else if (v.is_string())
      fail("numbers", "{} among numbers; expected a number, null, \"inf\" or \"-inf\"", v.dump());
    else
      out.push_back(v.get<double>());
  }
  return out;
}

}  // namespace rnb
