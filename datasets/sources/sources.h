#pragma once
// The specifications of the built-in sources; source.cpp lists them.

#include "datasets/source.h"

namespace rnb {

SourceSpec datacomp_source();
SourceSpec dolly_source();
SourceSpec jsonl_source();
SourceSpec s1_source();
SourceSpec skills_source();
SourceSpec sni_source();
SourceSpec sni_test_source();
SourceSpec wordnet_source();

// The seeded subset rule of SourceOptions::limit: true for the `limit` smallest hashes of (id, seed).
std::vector<bool> seeded_subset(const std::vector<std::string>& ids, int64_t limit, uint64_t seed);

}  // namespace rnb
