#include "datasets/readers/uid_subset.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/error.h"
#include "base/npy.h"

namespace rnb {

std::optional<Uid> parse_uid(std::string_view hex) {
  if (hex.size() != 32) return std::nullopt;
  const auto half = [&](size_t at, uint64_t& out) {
    const auto [end, code] = std::from_chars(hex.data() + at, hex.data() + at + 16, out, 16);
    return code == std::errc() && end == hex.data() + at + 16;
  };
  Uid uid;
  if (!half(0, uid.first) || !half(16, uid.second)) return std::nullopt;
  return uid;
}

std::vector<Uid> read_uids(const std::filesystem::path& npy) {
  const NpyArray array(npy);
  const std::vector<NpyType> halves(2, npy_type<uint64_t>());
  if (array.header().fields != halves || array.shape().size() != 1)
    fail("subset",
         "{}: is not a vector of dtype u8,u8 (the two halves of a uid), but has type '{}', shape ({})",
         npy.string(), array.type().descr(), fmt::join(array.shape(), ", "));
  std::vector<Uid> uids(static_cast<size_t>(array.size()));
  const std::byte* at = array.data().data();
  for (Uid& uid : uids) {
    std::memcpy(&uid.first, at, sizeof uid.first);
    std::memcpy(&uid.second, at + sizeof uid.first, sizeof uid.second);
    at += sizeof uid.first + sizeof uid.second;
  }
  return uids;
}

UidSubset::UidSubset(const std::filesystem::path& npy) : uids_(read_uids(npy)) {
  if (!std::is_sorted(uids_.begin(), uids_.end())) std::sort(uids_.begin(), uids_.end());
}

bool UidSubset::contains(const Uid& uid) const {
  return std::binary_search(uids_.begin(), uids_.end(), uid);
}

}  // namespace rnb
