#include "datasets/fetch/checksum.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <vector>

#include <openssl/evp.h>

#include "base/error.h"
#include "base/sha256.h"

namespace rnb {
namespace {

// git: SHA-1 over "blob <size>\0" and the content.
std::string git_blob_sha1(const std::filesystem::path& file) {
  const auto size = std::filesystem::file_size(file);
  std::ifstream in(file, std::ios::binary);
  if (!in) fail("fetch", "{}: cannot be read", file.string());
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> hash(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  RNB_ASSERT(hash && EVP_DigestInit_ex(hash.get(), EVP_sha1(), nullptr) == 1);
  const std::string head = fmt::format("blob {}", size);
  RNB_ASSERT(EVP_DigestUpdate(hash.get(), head.c_str(), head.size() + 1) == 1);  // with its NUL
  std::vector<char> buffer(1 << 20);
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    RNB_ASSERT(EVP_DigestUpdate(hash.get(), buffer.data(), static_cast<size_t>(in.gcount())) == 1);
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  RNB_ASSERT(EVP_DigestFinal_ex(hash.get(), digest, &length) == 1);
  std::string text;
  for (unsigned i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

}  // namespace

std::string_view checksum_name(ChecksumKind kind) {
  return kind == ChecksumKind::Sha256 ? "SHA-256" : kind == ChecksumKind::GitBlob ? "git SHA-1" : "nothing";
}

Checksum checksum_of_etag(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  const bool hex = std::all_of(etag.begin(), etag.end(),
                               [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (hex && etag.size() == 64) return {ChecksumKind::Sha256, std::string(etag)};
  if (hex && etag.size() == 40) return {ChecksumKind::GitBlob, std::string(etag)};
  return {};
}

std::string file_checksum(const std::filesystem::path& file, ChecksumKind kind) {
  RNB_ASSERT(kind != ChecksumKind::None);
  return kind == ChecksumKind::Sha256 ? sha256_file(file) : git_blob_sha1(file);
}

}  // namespace rnb
