#pragma once
// The parts of a store under construction (store.h), example by example.

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "datasets/source.h"
#include "datasets/store/store.h"

namespace rnb {

struct Encoded {
  std::vector<int32_t> tokens;
  int32_t loss_from = 0;
};

class StoreWriter {
 public:
  explicit StoreWriter(const std::filesystem::path& folder);
  void add(const Example& example, const Encoded& encoded, Split split);
  // {"domain_names", "counts"} of the manifest. Domains are numbered in the order of their names, not of
  // their first appearance.
  nlohmann::json close();
  int64_t examples() const { return static_cast<int64_t>(domain_.size()); }
  int64_t tokens() const { return offsets_.back(); }

 private:
  std::filesystem::path folder_;
  NpyWriter tokens_, loss_from_, split_, id_, text_;
  std::vector<int64_t> offsets_{0}, id_offsets_{0}, text_offsets_{0};
  std::vector<int32_t> domain_;
  std::map<std::string, int32_t> domain_index_;
  std::map<std::string, std::array<int64_t, 3>> counts_;
};

}  // namespace rnb
