#include "base/json_lines.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/mapped_file.h"

namespace rnb {
namespace fs = std::filesystem;

void for_each_json_line(const fs::path& file,
                        const std::function<void(int64_t number, nlohmann::json value)>& visit) {
  const MappedFile map(file);
  const std::string_view text = map.text();
  int64_t number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return;
    ++number;
    nlohmann::json value;
    try {
      value = nlohmann::json::parse(text.substr(at, end - at));
    } catch (const nlohmann::json::exception& e) {
      fail("log", "{}:{}: is not valid JSON: {}", file.string(), number, e.what());
    }
    visit(number, std::move(value));
    at = end + 1;
  }
}

std::optional<nlohmann::json> last_json_line(const fs::path& file) {
  const MappedFile map(file);  // only the pages that are looked at are read
  const size_t end = map.text().rfind('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const size_t before = end == 0 ? std::string_view::npos : map.text().rfind('\n', end - 1);
  const size_t begin = before == std::string_view::npos ? 0 : before + 1;
  try {
    return nlohmann::json::parse(map.text().substr(begin, end - begin));
  } catch (const nlohmann::json::exception& e) {
    fail("log", "{}: its last line is not valid JSON: {}", file.string(), e.what());
  }
}

}  // namespace rnb
