#pragma once
// JSON files read with errors that name the file and the place.

#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace rnb {

std::string read_text_file(const std::filesystem::path& file);  // throws Error naming the file
nlohmann::json read_json_file(const std::filesystem::path& file);

// A member that must be there; `where` (file or file:line) goes into the message.
template <typename T>
T json_field(const nlohmann::json& object, std::string_view key, std::string_view where);

// The same, or `otherwise` where it is absent or null.
template <typename T>
T optional_field(const nlohmann::json& object, std::string_view key, T otherwise, std::string_view where);

[[noreturn]] void json_field_failed(std::string_view key, std::string_view where, std::string_view why);

template <typename T>
T json_field(const nlohmann::json& object, std::string_view key, std::string_view where) {
  if (!object.is_object()) json_field_failed(key, where, "the value around it is not an object");
  const auto it = object.find(key);
  if (it == object.end()) json_field_failed(key, where, "is missing");
  try {
    return it->template get<T>();
  } catch (const nlohmann::json::exception&) {
    json_field_failed(key, where, "has the wrong type");
  }
}

template <typename T>
T optional_field(const nlohmann::json& object, std::string_view key, T otherwise, std::string_view where) {
  if (!object.is_object()) json_field_failed(key, where, "the value around it is not an object");
  const auto it = object.find(key);
  return it == object.end() || it->is_null() ? otherwise : json_field<T>(object, key, where);
}

}  // namespace rnb
