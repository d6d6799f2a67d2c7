#pragma once
// Numbers in JSON, exactly: doubles round-trip, NaN is null and the infinities are the texts "inf" and
// "-inf".

#include <span>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb {

nlohmann::json exact(std::span<const double> values);
std::vector<double> doubles(const nlohmann::json& array);

}  // namespace rnb
