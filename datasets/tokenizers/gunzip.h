#pragma once
// A gzip file's content in memory.

#include <string>
#include <string_view>

namespace rnb {

// Throws Error starting with `where` when the data are damaged or unpack to more than `most` bytes.
std::string gunzip(std::string_view packed, size_t most, std::string_view where);

}  // namespace rnb
