#include "methods/core/registry.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/ranges.h>

#include "base/error.h"
#include "base/suggest.h"

namespace rnb {
namespace {

std::vector<MethodSpec>& registered() {
  static std::vector<MethodSpec> specs;  // filled before main by RNB_REGISTER_METHOD
  return specs;
}

template <typename T>
T parsed(const std::string& name, const std::string& text, const char* expected) {
  T value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size())
    fail_usage("method", "option {}={}; expected {}", name, text, expected);
  return value;
}

}  // namespace

MethodRegistration::MethodRegistration(MethodSpec spec) {
  auto& specs = registered();
  const auto at =
      std::lower_bound(specs.begin(), specs.end(), spec.name,
                       [](const MethodSpec& s, const std::string& name) { return s.name < name; });
  RNB_ASSERT(at == specs.end() || at->name != spec.name);
  specs.insert(at, std::move(spec));
}

const std::vector<MethodSpec>& method_specs() {
  return registered();
}

const MethodSpec& method_spec(const std::string& name) {
  std::vector<std::string> names;
  for (const MethodSpec& spec : method_specs()) {
    if (spec.name == name) return spec;
    names.push_back(spec.name);
  }
  fail_usage("method", "there is no method '{}'{}", name, suggestion(name, names));
}

const std::string& MethodOptions::text(const std::string& name) const {
  const auto it = values_.find(name);
  RNB_ASSERT(it != values_.end());
  return it->second;
}

double MethodOptions::number(const std::string& name) const {
  const double value = parsed<double>(name, text(name), "a number");
  if (!std::isfinite(value)) fail_usage("method", "option {}={}; expected a finite number", name, text(name));
  return value;
}

int64_t MethodOptions::integer(const std::string& name) const {
  return parsed<int64_t>(name, text(name), "a whole number");
}

MethodOptions resolve_options(const MethodSpec& spec, const std::map<std::string, std::string>& given) {
  std::map<std::string, std::string> values;
  std::vector<std::string> names;
  for (const MethodOption& option : spec.options) {
    values[option.name] = option.default_value;
    names.push_back(option.name);
  }
  for (const auto& [name, value] : given) {
    if (names.empty()) fail_usage("method", "{} has no options, '{}' was given", spec.name, name);
    if (!values.contains(name))
      fail_usage("method", "{} has no option '{}'{}", spec.name, name, suggestion(name, names));
    values[name] = value;
  }
  for (const MethodOption& option : spec.options) {
    const std::string& value = values[option.name];
    if (!option.choices.empty() &&
        std::find(option.choices.begin(), option.choices.end(), value) == option.choices.end())
      fail_usage("method", "{}: {}={}{}", spec.name, option.name, value, suggestion(value, option.choices));
  }
  return MethodOptions(std::move(values));
}

std::unique_ptr<Mixer> make_mixer(const std::string& name, const std::map<std::string, std::string>& given) {
  const MethodSpec& spec = method_spec(name);
  return spec.make(resolve_options(spec, given));
}

std::string method_label(const std::string& name, const std::map<std::string, std::string>& given) {
  const MethodSpec& spec = method_spec(name);
  std::string label = name;
  const MethodOptions resolved = resolve_options(spec, given);
  for (const auto& [option, value] : resolved.values())
    for (const MethodOption& declared : spec.options)
      if (declared.name == option && declared.default_value != value)
        label += fmt::format(" {}={}", option, value);
  return label;
}

}  // namespace rnb
