#pragma once
// The members of a tar file in order, without unpacking it: where each one's bytes lie. Reads ustar, GNU
// (long names, sizes in base 256) and pax headers (path, size).

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/mapped_file.h"

namespace rnb {

struct TarMember {
  std::string name;
  uint64_t offset = 0, bytes = 0;  // of its content
};

class TarMembers {
 public:
  explicit TarMembers(const std::filesystem::path& file);  // throws Error naming the file
  // The next regular file; links, folders and devices are passed over. nullopt at the end. Throws Error
  // naming file and offset where a header is damaged or the file ends early.
  std::optional<TarMember> next();
  std::span<const std::byte> bytes(const TarMember& member) const;
  std::string_view text(const TarMember& member) const;

 private:
  std::filesystem::path file_;
  MappedFile map_;
  uint64_t at_ = 0;
};

// Is there a header right before `offset` whose member has `bytes` bytes? Tells a tar that was written anew
// since its index was made, at the cost of one block.
bool has_member_at(std::span<const std::byte> tar, uint64_t offset, uint64_t bytes);

}  // namespace rnb
