#include "datasets/readers/uid_subset.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <regex>

#include "base/error.h"
#include "base/mapped_file.h"

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
  const MappedFile map(npy);
  const std::string_view text = map.text();
  const std::string where = npy.string();
  if (text.size() < 12 || !text.starts_with("\x93NUMPY")) fail("subset", "{}: is not a .npy file", where);
  const size_t length_bytes = text[6] == 1 ? 2 : 4;
  size_t length = 0;
  for (size_t i = 0; i < length_bytes; ++i)
    length |= static_cast<size_t>(static_cast<unsigned char>(text[8 + i])) << (8 * i);
  const size_t begin = 8 + length_bytes + length;
  if (begin > text.size()) fail("subset", "{}: is truncated inside its header", where);
  const std::string header(text.substr(8 + length_bytes, length));
  // The field names are numpy's own and may be others.
  static const std::regex kType(R"('descr': *\[\('[^']*', *'<u8'\), *\('[^']*', *'<u8'\)\])");
  static const std::regex kShape(R"('shape': *\((\d{1,18}),\))");
  std::smatch shape;
  if (length > 4096 || !std::regex_search(header, kType) || !std::regex_search(header, shape, kShape))
    fail("subset", "{}: is not a vector of dtype u8,u8 (the two halves of a uid), but {}", where,
         header.substr(0, 200));
  const uint64_t n = std::stoull(shape[1].str());
  if (n > (text.size() - begin) / sizeof(Uid))
    fail("subset", "{}: is truncated: {} uids need more than the {} bytes there", where, n,
         text.size() - begin);
  std::vector<Uid> uids;
  uids.reserve(n);
  for (uint64_t i = 0; i < n; ++i) {
    uint64_t halves[2];
    std::memcpy(halves, text.data() + begin + i * sizeof halves, sizeof halves);
    uids.emplace_back(halves[0], halves[1]);
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
