#include "datasets/source_spec.h"

#include <algorithm>
#include <charconv>

#include <fmt/ranges.h>

#include "base/error.h"
#include "base/suggest.h"

namespace rnb {
namespace {

std::optional<int64_t> whole_number(const std::string& text) {
  int64_t n = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

void require_known(const SourceSpec& spec, const SourceOptions& given) {
  std::vector<std::string> names;
  for (const SourceOption& option : spec.options) names.push_back(option.name);
  for (const auto& [name, value] : given.extra)
    if (std::find(names.begin(), names.end(), name) == names.end())
      fail_usage(spec.name, "has no option '{}'{}", name,
                 names.empty() ? "; it has none" : suggestion(name, names));
}

void require_allowed(const SourceSpec& spec, const SourceOption& option, const std::string& value) {
  const auto& choices = option.choices;
  if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end())
    fail_usage(spec.name, "{}={}{}", option.name, value, suggestion(value, choices));
  if (option.at_least && whole_number(value).value_or(*option.at_least - 1) < *option.at_least)
    fail_usage(spec.name, "{}={}; expected a whole number of at least {}", option.name, value,
               *option.at_least);
}

void require_from(const SourceSpec& spec, SourceOptions& options) {
  if (options.from.empty()) options.from = spec.default_from;
  if (!options.from.empty() || spec.files.empty()) return;
  fail_usage(spec.name, "--from is missing; expected {}{}", spec.files,
             spec.fetch.empty() ? "" : fmt::format(" (rnb fetch {})", fmt::join(spec.fetch, ", rnb fetch ")));
}

}  // namespace

const std::string& SourceOptions::text(const std::string& name) const {
  const auto it = extra.find(name);
  RNB_ASSERT(it != extra.end());  // not declared, or not opened by open_source
  return it->second;
}

int64_t SourceOptions::count(const std::string& name) const {
  const auto n = whole_number(text(name));
  RNB_ASSERT(n);  // declared without at_least
  return *n;
}

const std::vector<SourceSpec>& source_specs() {
  return registry<SourceSpec>();
}

const SourceSpec& source_spec(const std::string& name) {
  if (const SourceSpec* spec = find_registered<SourceSpec>(name)) return *spec;
  fail_usage("dataset", "there is no data set '{}'{}", name,
             suggestion(name, registered_names<SourceSpec>()));
}

std::unique_ptr<Source> open_source(const SourceSpec& spec, const SourceOptions& given) {
  require_known(spec, given);
  SourceOptions options = given;
  for (const SourceOption& option : spec.options) {
    std::string& value = options.extra.try_emplace(option.name, option.default_value).first->second;
    if (value.empty() && option.at_least) value = option.default_value;
    require_allowed(spec, option, value);
  }
  require_from(spec, options);
  return spec.open(options);
}

}  // namespace rnb
