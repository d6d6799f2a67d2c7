#pragma once
// Which domain each example of a store belongs to: the source's own, or clusters, or a random control. An
// axis of its own: a mixing method never regroups. A grouping is a folder in the store:
// groupings/<name>/{domain.npy, centroids.npy, manifest.json}.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "datasets/store/store.h"

namespace rnb {

struct Grouping {
  std::string name;  // "original", "regroup-minilm-k10-s1", "random-k10-s1"
  std::vector<std::string> domain_names;
  std::vector<int32_t> domain;  // [n], every example of the store, all splits
  std::string digest;           // SHA-256 of domain.npy and the names
  nlohmann::json manifest;      // how it was made; /regroup of run.h5 comes from here. Empty for original.
};

Grouping original_grouping(const Store& store);
Grouping load_grouping(const Store& store,
                       const std::string& name);  // "original" too; Error with a suggestion

// Writes groupings/<name>/ atomically. centroids: row-major [k x dim] float32, may be empty.
void save_grouping(const Store& store, const Grouping& grouping, std::span<const float> centroids,
                   int64_t dim);

// The control: k domains, each example in one of them at random by (id, seed).
Grouping random_grouping(const Store& store, int64_t k, uint64_t seed);

// Per domain: examples and completion tokens in a split.
struct DomainCounts {
  std::vector<int64_t> examples, tokens;
};
DomainCounts count_domains(const Store& store, const Grouping& grouping, Split split);

}  // namespace rnb
