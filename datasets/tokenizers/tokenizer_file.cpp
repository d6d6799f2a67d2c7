#include "datasets/tokenizers/tokenizer_file.h"

#include "base/error.h"
#include "base/json_file.h"

namespace rnb {

std::string read_tokenizer_file(const std::filesystem::path& file) {
  constexpr uintmax_t kMostBytes = 256u << 20;  // the largest in use (200,000 pieces) have some 10 MB
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    fail("tokenizer", "{}: is missing or not a plain file", file.string());
  const auto size = std::filesystem::file_size(file, error);
  if (error) fail("tokenizer", "{}: {}", file.string(), error.message());
  if (size > kMostBytes)
    fail("tokenizer", "{}: has {} bytes; expected at most {}. Is this a tokenizer's file?", file.string(),
         size, kMostBytes);
  return read_text_file(file);
}

std::string shown(std::string_view text) {
  constexpr size_t kMost = 60;
  if (text.size() <= kMost) return std::string(text);
  size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace rnb
