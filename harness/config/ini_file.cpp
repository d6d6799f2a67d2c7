#include "harness/config/ini_file.h"

#include <algorithm>

#include "base/error.h"
#include "base/json_file.h"
#include "base/text.h"

namespace rnb {
namespace {

constexpr size_t kMostBytes = 1 << 20;

std::string_view without_comment(std::string_view text) {
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (!quoted && text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t'))
      return text.substr(0, i);
  }
  return text;
}

bool is_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

IniEntry parse_line(std::string_view line, const std::string& name, int number) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos)
    fail_usage("config", "{}:{}: '{}': expected key = value, [section] or # comment", name, number, line);
  IniEntry entry;
  entry.key = trimmed(line.substr(0, equals));
  entry.line = number;
  if (!is_key(entry.key))
    fail_usage("config", "{}:{}: '{}' is no key; expected letters, digits, - and _", name, number, entry.key);
  std::string_view value = trimmed(line.substr(equals + 1));
  if (value.empty()) fail_usage("config", "{}:{}: {} has no value", name, number, entry.key);
  if (value.front() == '"') {
    if (value.size() < 2 || value.find('"', 1) != value.size() - 1)
      fail_usage("config", "{}:{}: {} = {}: the quote is not closed at the end", name, number, entry.key,
                 value);
    value = value.substr(1, value.size() - 2);
    entry.quoted = true;
  }
  entry.value = value;
  return entry;
}

}  // namespace

std::string IniFile::where(const IniEntry& entry) const {
  return fmt::format("file {}:{}", name, entry.line);
}

IniFile parse_ini(std::string_view text, const std::string& name) {
  if (text.size() > kMostBytes)
    fail_usage("config", "{}: {} bytes; an experiment file has at most {}", name, text.size(), kMostBytes);
  if (text.find('\0') != std::string_view::npos)
    fail_usage("config", "{}: holds NUL bytes; expected a text file", name);
  IniFile file{name, {}};
  std::string section;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(without_comment(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == ';') continue;
    if (line.front() == '[') {
      if (line.back() != ']' || trimmed(line.substr(1, line.size() - 2)).empty())
        fail_usage("config", "{}:{}: '{}': expected [section]", name, number, line);
      section = trimmed(line.substr(1, line.size() - 2));
      continue;
    }
    file.entries.push_back(parse_line(line, name, number));
    file.entries.back().section = section;
  }
  return file;
}

IniFile read_ini(const std::filesystem::path& path) {
  std::error_code code;
  const auto bytes = std::filesystem::file_size(path, code);
  if (code) fail("config", "{}: {}", path.string(), code.message());
  if (bytes > kMostBytes)
    fail_usage("config", "{}: {} bytes; an experiment file has at most {}", path.string(), bytes, kMostBytes);
  return parse_ini(read_text_file(path), path.string());
}

}  // namespace rnb
