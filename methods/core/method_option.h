#pragma once
// Options of a method: what each takes, checked in this one place, and their values.

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace rnb {

enum class OptionType {
  Text,   // anything, or one of `choices`
  Whole,  // a whole number
  Real,   // a finite number
  Layers  // as methods/core/layer_choice.h has it
};

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

struct MethodOption {
  std::string name{};
  std::string fallback{};  // the value when none is given; empty: there is none, and empty may be given
  std::string help{};      // in few words, with the unit
  OptionType type = OptionType::Text;
  // Of numbers: low <= value <= high, above < value < below.
  double low = -kNoLimit, above = -kNoLimit, high = kNoLimit, below = kNoLimit;
  std::vector<std::string> choices{};
  bool required = false;  // has no fallback and must be given
};

// What the option takes, in words: "number > 0", "whole number >= 1 and <= 512", "code | paper"; empty for
// any text.
std::string accepted_values(const MethodOption& option);

// UsageError naming the method, the option, the value, what was expected and what the option is for, unless
// the value is one that the option takes. Limits that depend on other options or on the data are the method's
// to check.
void check_option(const std::string& method, const MethodOption& option, const std::string& value);

// Values by name, complete and checked (methods/core/registry.h, resolve_options). To ask for an option that
// is not declared, or with another type than its own, is a bug.
class MethodOptions {
 public:
  explicit MethodOptions(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  const std::string& text(const std::string& name) const;
  double number(const std::string& name) const;
  int64_t integer(const std::string& name) const;
  // The enumerator beside the word.
  template <typename E>
  E choice(const std::string& name, std::initializer_list<std::pair<std::string_view, E>> words) const {
    const std::string& value = text(name);
    for (const auto& [word, meaning] : words)
      if (word == value) return meaning;
    RNB_ASSERT(words.size() == 0);  // a choice that the method does not know
    return words.begin()->second;
  }
  const std::map<std::string, std::string>& values() const { return values_; }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace rnb
