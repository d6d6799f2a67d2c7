#pragma once
// A model's config.json, field by field, each checked: a size of 2^40 from a hostile file is refused here.

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "base/json_file.h"

namespace rnb {

inline constexpr int64_t kLargestModelSize = 1 << 24,
                         kMostModelLayers = 4096;  // far above any published model

// All of it throws Error "[component] file: key ..." .
class ConfigFields {
 public:
  // `where`: the file's name. The JSON must outlive this.
  ConfigFields(const nlohmann::json& json, std::string where, std::string component)
      : json_(json), where_(std::move(where)), component_(std::move(component)) {}

  // From 1 to `largest`; the second form where the key may be absent or null.
  int64_t size(const char* key, int64_t largest = kLargestModelSize) const { return number(key, 1, largest); }
  int64_t size_or(const char* key, int64_t otherwise, int64_t largest = kLargestModelSize) const;
  int64_t number(const char* key, int64_t least, int64_t largest) const;
  double epsilon_or(const char* key, double otherwise) const;  // between 0 and 1, as of a norm
  template <typename T>
  T value_or(const char* key, T otherwise) const {
    return optional_field<T>(json_, key, std::move(otherwise), where_);
  }
  // The value, which is `expected` where the key is absent, must be `expected`: nothing else is computed.
  void require(const char* key, const std::string& expected) const;
  void require_flag(const char* key, bool expected) const;
  bool has(const char* key) const;  // there, and not null

  // bos_token_id, eos_token_id and pad_token_id as they are, those that are there: to be saved with the
  // model.
  nlohmann::json special_ids() const;

  const nlohmann::json& json() const { return json_; }
  const std::string& where() const { return where_; }

 private:
  int64_t checked(const char* key, int64_t n, int64_t least, int64_t largest) const;

  const nlohmann::json& json_;
  std::string where_, component_;
};

}  // namespace rnb
