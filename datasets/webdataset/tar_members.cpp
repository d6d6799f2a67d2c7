#include "datasets/webdataset/tar_members.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace rnb {
namespace {

constexpr uint64_t kBlock = 512;
constexpr uint64_t kLongestHeader = 1 << 20;  // of a long name or a pax header
// Where the fields of a header lie.
constexpr size_t kName = 0, kNameBytes = 100, kSize = 124, kSizeBytes = 12, kSum = 148, kSumBytes = 8,
                 kType = 156, kMagic = 257, kPrefix = 345, kPrefixBytes = 155;

std::string_view until_nul(std::string_view field) {
  return field.substr(0, std::min(field.find('\0'), field.size()));
}

// Octal digits with spaces or NULs around them; or, with the top bit set, a big-endian binary number.
std::optional<uint64_t> number(std::string_view field) {
  if (static_cast<unsigned char>(field[0]) & 0x80) {
    uint64_t n = static_cast<unsigned char>(field[0]) & 0x7f;
    for (const char c : field.substr(1)) {
      if (n >> 55) return std::nullopt;
      n = n << 8 | static_cast<unsigned char>(c);
    }
    return n;
  }
  std::string_view digits = until_nul(field);
  while (digits.starts_with(' ')) digits.remove_prefix(1);
  while (digits.ends_with(' ')) digits.remove_suffix(1);
  if (digits.empty()) return 0;
  uint64_t n = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), n, 8);
  if (code != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return n;
}

bool is_zero(std::string_view block) {
  return std::all_of(block.begin(), block.end(), [](char c) { return c == 0; });
}

// The sum of the header's bytes, its own field counted as spaces; old programs added signed bytes.
bool sum_is_right(std::string_view header) {
  uint64_t bytes = 0;
  int64_t signed_bytes = 0;
  for (size_t i = 0; i < header.size(); ++i) {
    const char c = i >= kSum && i < kSum + kSumBytes ? ' ' : header[i];
    bytes += static_cast<unsigned char>(c);
    signed_bytes += static_cast<signed char>(c);
  }
  const auto said = number(header.substr(kSum, kSumBytes));
  return said && (*said == bytes || static_cast<int64_t>(*said) == signed_bytes);
}

struct Pax {
  std::optional<std::string> path;
  std::optional<uint64_t> size;
};

// Records "LENGTH key=value\n", the length being the whole record's.
bool read_pax(std::string_view text, Pax& pax) {
  while (!text.empty() && text[0] != '\0') {
    uint64_t length = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), length);
    const auto digits = static_cast<size_t>(end - text.data());
    if (code != std::errc() || length > text.size() || digits + 2 > length || *end != ' ' ||
        text[length - 1] != '\n')
      return false;
    const std::string_view record = text.substr(digits + 1, length - digits - 2);
    const size_t equals = record.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view key = record.substr(0, equals), value = record.substr(equals + 1);
    if (key == "path") pax.path = std::string(value);
    if (key == "size") {
      uint64_t size = 0;
      const auto [stop, wrong] = std::from_chars(value.data(), value.data() + value.size(), size);
      if (wrong != std::errc() || stop != value.data() + value.size()) return false;
      pax.size = size;
    }
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

TarMembers::TarMembers(const std::filesystem::path& file) : file_(file), map_(file) {}

std::optional<TarMember> TarMembers::next() {
  const std::string_view tar = map_.text();
  std::optional<std::string> long_name;
  Pax pax, global;
  for (;;) {
    const auto wrong = [&](const std::string& what) {
      fail("tar", "{}: at byte {}: {}", file_.string(), at_, what);
    };
    const uint64_t left = tar.size() - at_;
    if (left < kBlock)
      wrong(fmt::format(
          "the file ends after {} bytes, without the two blocks of zeros that end a tar; is it truncated?",
          tar.size()));
    const std::string_view header = tar.substr(at_, kBlock);
    if (is_zero(header)) return std::nullopt;
    if (!sum_is_right(header)) wrong("a header's checksum is wrong; the tar is damaged, or no tar");
    auto size = number(header.substr(kSize, kSizeBytes));
    if (!size) wrong("a header's size is no number");
    const char type = header[kType];
    const bool special = type == 'L' || type == 'K' || type == 'x' || type == 'g' || type == 'X';
    if (!special && pax.size) size = pax.size;
    // Links and folders may name a size that has no bytes behind it.
    const bool has_content = special || type == '0' || type == '\0' || type == '7' || type == 'S';
    if (!has_content) size = 0;
    if (*size > left - kBlock)
      wrong(fmt::format("a member of {} bytes, of which the file has {}; it is truncated", *size,
                        left - kBlock));
    const uint64_t begin = at_ + kBlock;
    const std::string_view content = tar.substr(begin, *size);
    if (special && *size > kLongestHeader) wrong(fmt::format("an extended header of {} bytes", *size));
    if (type == 'L') long_name = std::string(until_nul(content));
    if ((type == 'x' || type == 'X') && !read_pax(content, pax)) wrong("a pax header is malformed");
    if (type == 'g' && !read_pax(content, global)) wrong("a pax header is malformed");
    // The padding of the last member may be missing; what follows it then says so.
    at_ = begin + std::min((*size + kBlock - 1) / kBlock * kBlock, left - kBlock);
    if (special) continue;
    if (type == 'S') wrong("a sparse member, which has no bytes of its own in one place");
    TarMember member{"", begin, *size};
    if (pax.path) {
      member.name = *pax.path;
    } else if (long_name) {
      member.name = *long_name;
    } else {
      member.name = std::string(until_nul(header.substr(kName, kNameBytes)));
      const std::string_view prefix = until_nul(header.substr(kPrefix, kPrefixBytes));
      if (header.substr(kMagic, 6) == std::string_view("ustar\0", 6) && !prefix.empty())
        member.name = std::string(prefix) + "/" + member.name;
    }
    const bool is_file = has_content && !member.name.ends_with('/');
    if (is_file) return member;
    long_name.reset();
    pax = {};
  }
}

std::span<const std::byte> TarMembers::bytes(const TarMember& member) const {
  return map_.bytes().subspan(member.offset, member.bytes);
}

std::string_view TarMembers::text(const TarMember& member) const {
  return map_.text().substr(member.offset, member.bytes);
}

bool has_member_at(std::span<const std::byte> tar, uint64_t offset, uint64_t bytes) {
  if (offset < kBlock || offset > tar.size() || bytes > tar.size() - offset) return false;
  const std::string_view header(reinterpret_cast<const char*>(tar.data()) + offset - kBlock, kBlock);
  if (!sum_is_right(header)) return false;
  const auto size = number(header.substr(kSize, kSizeBytes));
  return size && *size == bytes;
}

}  // namespace rnb
