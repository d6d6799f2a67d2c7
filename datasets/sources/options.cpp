#include "datasets/sources/options.h"

#include <charconv>

#include "base/error.h"

namespace rnb {

std::string option_text(const SourceOptions& options, const std::string& name, const std::string& fallback) {
  const auto it = options.extra.find(name);
  return it == options.extra.end() ? fallback : it->second;
}

int64_t option_count(const SourceOptions& options, const std::string& who, const std::string& name,
                     int64_t fallback, int64_t lowest) {
  const std::string text = option_text(options, name);
  if (text.empty()) return fallback;
  int64_t n = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (code != std::errc() || end != text.data() + text.size() || n < lowest)
    fail_usage(who, "{}={}; expected a whole number of at least {}", name, text, lowest);
  return n;
}

std::string listed(const std::vector<std::filesystem::path>& paths) {
  std::string out;
  for (const auto& path : paths) out += (out.empty() ? "" : ", ") + path.string();
  return out;
}

}  // namespace rnb
