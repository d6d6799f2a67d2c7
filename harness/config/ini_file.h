#pragma once
// Experiment files: flat `key = value` lines under optional [section] names. A reader of its own, because
// errors must name the line and repeated keys must be kept.
//
//   # a comment            (also after a value, behind white space)
//   key = value            the last white space of both sides is cut
//   key = "a, # b"         quotes keep commas and # (no escapes inside)

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rnb {

struct IniEntry {
  std::string section, key, value;
  bool quoted = false;
  int line = 0;  // 1-based
};

struct IniFile {
  std::string name;  // for messages
  std::vector<IniEntry> entries;
  std::string where(const IniEntry& entry) const;  // "file x.ini:12"
};

IniFile parse_ini(std::string_view text, const std::string& name);  // UsageError with name:line
IniFile read_ini(const std::filesystem::path& file);                // at most 1 MiB

}  // namespace rnb
