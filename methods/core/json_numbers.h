#pragma once
// Numbers in JSON, exactly: doubles round-trip, NaN is null and the infinities are the texts "inf" and
// "-inf".

#include <span>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb {

nlohmann::json exact(std::span<const double> values);
// The other way. Error for another text, nlohmann::json::exception for what is no array of numbers.
std::vector<double> doubles(const nlohmann::json& array);

}  // namespace rnb
