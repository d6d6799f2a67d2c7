#pragma once
// What a server or the catalogue says a file's content is: its SHA-256, or the SHA-1 of the git object that
// it is (what the Hub gives for small files).

#include <filesystem>
#include <string>
#include <string_view>

namespace rnb {

enum class ChecksumKind { None, Sha256, GitBlob };

struct Checksum {
  ChecksumKind kind = ChecksumKind::None;
  std::string hex;  // lower case
  bool known() const { return kind != ChecksumKind::None; }
  bool operator==(const Checksum&) const = default;
};

std::string_view checksum_name(ChecksumKind kind);  // "SHA-256", "git SHA-1", "nothing"

// An ETag of the Hub: 64 hexadecimal digits are a SHA-256, 40 a git object; anything else says nothing.
Checksum checksum_of_etag(std::string_view etag);

std::string file_checksum(const std::filesystem::path& file, ChecksumKind kind);

}  // namespace rnb
