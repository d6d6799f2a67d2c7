#pragma once
// Logs of one JSON value per line, appended to while others may read them or the writer is killed: what
// stands behind the last line end is torn and does not count.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include <nlohmann/json.hpp>

namespace rnb {

// Calls `visit` with the number of each whole line (from 1) and its value, in order; one value is held at a
// time. Error naming file and line where a line is not JSON, and what `visit` throws.
void for_each_json_line(const std::filesystem::path& file,
                        const std::function<void(int64_t number, nlohmann::json value)>& visit);

// The last whole line, read from the end of the file; none: there is no whole line. Error when it is not
// JSON.
std::optional<nlohmann::json> last_json_line(const std::filesystem::path& file);

}  // namespace rnb
