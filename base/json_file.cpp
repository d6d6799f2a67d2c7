#include "base/json_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/error.h"

namespace rnb {

std::string read_text_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) fail("file", "{}: cannot be opened: {}", file.string(), std::strerror(errno));
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) fail("file", "{}: reading failed: {}", file.string(), std::strerror(errno));
  return std::move(text).str();
}

nlohmann::json read_json_file(const std::filesystem::path& file) {
  try {
    return nlohmann::json::parse(read_text_file(file));
  } catch (const nlohmann::json::exception& e) {
    fail("json", "{}: is not valid JSON: {}", file.string(), e.what());
  }
}

void json_field_failed(std::string_view key, std::string_view where, std::string_view why) {
  fail("json", "{}: \"{}\" {}", where, key, why);
}

}  // namespace rnb
