#include "methods/core/method_option.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/suggest.h"
#include "methods/core/layer_choice.h"

namespace rnb {
namespace {

template <typename T>
std::optional<T> parsed(const std::string& text) {
  T value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::optional<double> parsed_number(const std::string& text, OptionType type) {
  if (type == OptionType::Whole) {
    const auto whole = parsed<int64_t>(text);
    return whole ? std::optional(static_cast<double>(*whole)) : std::nullopt;
  }
  const auto real = parsed<double>(text);
  return real && std::isfinite(*real) ? real : std::nullopt;
}

bool within(double value, const MethodOption& o) {
  return value >= o.low && value > o.above && value <= o.high && value < o.below;
}

}  // namespace

std::string accepted_values(const MethodOption& o) {
  if (o.type == OptionType::Layers) return std::string(layer_choices_in_words(AllLayers::Allowed));
  if (o.type == OptionType::Text) return fmt::format("{}", fmt::join(o.choices, " | "));
  std::vector<std::string> limits;
  if (o.low > -kNoLimit) limits.push_back(fmt::format(">= {}", o.low));
  if (o.above > -kNoLimit) limits.push_back(fmt::format("> {}", o.above));
  if (o.high < kNoLimit) limits.push_back(fmt::format("<= {}", o.high));
  if (o.below < kNoLimit) limits.push_back(fmt::format("< {}", o.below));
  return fmt::format("{}{}{}", o.type == OptionType::Whole ? "whole number" : "number",
                     limits.empty() ? "" : " ", fmt::join(limits, " and "));
}

void check_option(const std::string& method, const MethodOption& o, const std::string& value) {
  if (value.empty() && o.fallback.empty()) {
    if (o.required) fail_usage(method, "{}= is missing: {}", o.name, o.help);
    return;
  }
  if (o.type == OptionType::Layers) {
    parse_layer_choice(value, AllLayers::Allowed, method, o.name);
  } else if (o.type == OptionType::Text) {
    if (!o.choices.empty() && std::find(o.choices.begin(), o.choices.end(), value) == o.choices.end())
      fail_usage(method, "{}={}{}", o.name, value, suggestion(value, o.choices));
  } else {
    const auto number = parsed_number(value, o.type);
    if (!number || !within(*number, o))
      fail_usage(method, "{}={}; expected a {} ({})", o.name, value, accepted_values(o), o.help);
  }
}

const std::string& MethodOptions::text(const std::string& name) const {
  const auto it = values_.find(name);
  RNB_ASSERT(it != values_.end());
  return it->second;
}

double MethodOptions::number(const std::string& name) const {
  const auto value = parsed_number(text(name), OptionType::Real);
  RNB_ASSERT(value);
  return *value;
}

int64_t MethodOptions::integer(const std::string& name) const {
  const auto value = parsed<int64_t>(text(name));
  RNB_ASSERT(value);
  return *value;
}

}  // namespace rnb
