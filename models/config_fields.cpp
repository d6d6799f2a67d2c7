#include "models/config_fields.h"

#include "base/error.h"

namespace rnb {

int64_t ConfigFields::checked(const char* key, int64_t n, int64_t least, int64_t largest) const {
  if (n < least || n > largest)
    fail(component_, "{}: \"{}\" is {}; expected {} to {}", where_, key, n, least, largest);
  return n;
}

int64_t ConfigFields::number(const char* key, int64_t least, int64_t largest) const {
  return checked(key, json_field<int64_t>(json_, key, where_), least, largest);
}

int64_t ConfigFields::size_or(const char* key, int64_t otherwise, int64_t largest) const {
  return checked(key, value_or(key, otherwise), 1, largest);
}

double ConfigFields::epsilon_or(const char* key, double otherwise) const {
  const double epsilon = value_or(key, otherwise);
  if (!(epsilon > 0 && epsilon < 1))
    fail(component_, "{}: \"{}\" is {}; expected a small positive number", where_, key, epsilon);
  return epsilon;
}

void ConfigFields::require(const char* key, const std::string& expected) const {
  if (const auto value = value_or(key, expected); value != expected)
    fail(component_, "{}: {} '{}' is not supported; expected {}", where_, key, value, expected);
}

void ConfigFields::require_flag(const char* key, bool expected) const {
  if (value_or(key, expected) != expected)
    fail(component_, "{}: {} is {}; only {} is supported", where_, key, !expected, expected);
}

bool ConfigFields::has(const char* key) const {
  const auto it = json_.find(key);
  return it != json_.end() && !it->is_null();
}

nlohmann::json ConfigFields::special_ids() const {
  auto ids = nlohmann::json::object();
  for (const char* key : {"bos_token_id", "eos_token_id", "pad_token_id"})
    if (const auto it = json_.find(key); it != json_.end()) ids[key] = *it;
  return ids;
}

}  // namespace rnb
