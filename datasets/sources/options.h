#pragma once
// The values of a source's own options, and words for what was found.

#include <cstdint>
#include <string>

#include "datasets/source.h"

namespace rnb {

std::string option_text(const SourceOptions& options, const std::string& name,
                        const std::string& fallback = "");
// UsageError naming `who` and the option unless a whole number >= lowest.
int64_t option_count(const SourceOptions& options, const std::string& who, const std::string& name,
                     int64_t fallback, int64_t lowest = 0);

std::string listed(const std::vector<std::filesystem::path>& paths);  // with commas, for messages

}  // namespace rnb
