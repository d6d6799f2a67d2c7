#pragma once
// SHA-256 digests, lower-case hexadecimal (OpenSSL).

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace rnb {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(const void* data, size_t bytes);
  void update(std::string_view text) { update(text.data(), text.size()); }
  std::string hex();  // finishes; no update after it

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(std::string_view data);
std::string sha256_file(const std::filesystem::path& file);  // throws Error naming the file

}  // namespace rnb
