#include "methods/core/registry.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/suggest.h"

namespace rnb {

const std::vector<MethodSpec>& method_specs() {
  return registry<MethodSpec>();
}

const MethodSpec& method_spec(const std::string& name) {
  const MethodSpec* const found = find_registered<MethodSpec>(name);
  if (!found)
    fail_usage("method", "there is no method '{}'{}", name, suggestion(name, registered_names<MethodSpec>()));
  return *found;
}

MethodOptions resolve_options(const MethodSpec& spec, const std::map<std::string, std::string>& given) {
  std::map<std::string, std::string> values;
  std::vector<std::string> names;
  for (const MethodOption& option : spec.options) {
    values[option.name] = option.fallback;
    names.push_back(option.name);
  }
  for (const auto& [name, value] : given) {
    if (names.empty()) fail_usage("method", "{} has no options, '{}' was given", spec.name, name);
    if (!values.contains(name))
      fail_usage("method", "{} has no option '{}'{}", spec.name, name, suggestion(name, names));
    values[name] = value;
  }
  for (const MethodOption& option : spec.options) check_option(spec.name, option, values[option.name]);
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
      if (declared.name == option && declared.fallback != value)
        label += fmt::format(" {}={}", option, value);
  return label;
}

}  // namespace rnb
