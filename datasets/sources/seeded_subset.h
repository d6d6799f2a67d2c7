#pragma once
// The rule of SourceOptions::limit.

#include <cstdint>
#include <string>
#include <vector>

namespace rnb {

// True for the `limit` ids with the smallest hashes of (id, seed), so that any order of reading chooses the
// same; for all where limit <= 0 or there are no more.
std::vector<bool> seeded_subset(const std::vector<std::string>& ids, int64_t limit, uint64_t seed);

}  // namespace rnb
