#pragma once
// DataComp's subset files: a .npy of dtype "u8,u8", the two 64-bit halves of each chosen pair's 128-bit uid.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace rnb {

using Uid = std::pair<uint64_t, uint64_t>;

std::optional<Uid> parse_uid(std::string_view hex);  // 32 hexadecimal digits, else nullopt

// The uids of such a file in its own order. Throws Error naming the file.
std::vector<Uid> read_uids(const std::filesystem::path& npy);

class UidSubset {
 public:
  explicit UidSubset(const std::filesystem::path& npy);  // throws Error naming the file
  bool contains(const Uid& uid) const;
  size_t size() const { return uids_.size(); }

 private:
  std::vector<Uid> uids_;  // ascending
};

}  // namespace rnb
