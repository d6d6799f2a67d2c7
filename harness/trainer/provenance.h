#pragma once
// Where and with what a run was made: command line, code version, host, libraries.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb {

nlohmann::json provenance(const std::string& command_line, int threads);
std::string utc_now();  // "2026-01-31T12:00:00Z"

}  // namespace rnb
