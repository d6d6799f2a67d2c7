#include "methods/core/list_methods.h"

#include <cmath>

#include <fmt/format.h>

#include "methods/core/registry.h"

namespace rnb {
namespace {

nlohmann::json option_as_json(const MethodOption& o) {
  nlohmann::json out = {{"name", o.name},
                        {"default", o.fallback},
                        {"help", o.help},
                        {"choices", o.choices},
                        {"required", o.required}};
  switch (o.type) {
    case OptionType::Text:
      out["type"] = "text";
      break;
    case OptionType::Whole:
      out["type"] = "whole";
      break;
    case OptionType::Real:
      out["type"] = "real";
      break;
    case OptionType::Layers:
      out["type"] = "layers";
      break;
  }
  const std::pair<const char*, double> limits[] = {
      {"low", o.low}, {"above", o.above}, {"high", o.high}, {"below", o.below}};
  for (const auto& [name, limit] : limits)
    if (std::isfinite(limit)) out[name] = limit;
  return out;
}

}  // namespace

std::string methods_in_words() {
  std::string out;
  for (const MethodSpec& s : method_specs()) {
    out += fmt::format("{}\n    {}\n    source: {}\n", s.name, s.summary, s.source);
    for (const MethodOption& o : s.options) {
      const std::string accepted = accepted_values(o);
      out += fmt::format("    {}={}{}  {}{}\n", o.name, o.fallback,
                         accepted.empty() ? "" : " [" + accepted + "]", o.help,
                         o.required ? " (must be given)" : "");
    }
    if (!s.traits.not_permutation_equivariant.empty())
      out += fmt::format("    not permutation-equivariant: {}\n", s.traits.not_permutation_equivariant);
    if (!s.traits.not_uniform_on_zero_signal.empty())
      out += fmt::format("    not uniform on zero signal: {}\n", s.traits.not_uniform_on_zero_signal);
  }
  return out;
}

nlohmann::json methods_as_json() {
  nlohmann::json out = nlohmann::json::array();
  for (const MethodSpec& s : method_specs()) {
    nlohmann::json options = nlohmann::json::array();
    for (const MethodOption& o : s.options) options.push_back(option_as_json(o));
    out.push_back({{"name", s.name},
                   {"summary", s.summary},
                   {"source", s.source},
                   {"options", options},
                   {"traits",
                    {{"not_permutation_equivariant", s.traits.not_permutation_equivariant},
                     {"not_uniform_on_zero_signal", s.traits.not_uniform_on_zero_signal}}}});
  }
  return out;
}

}  // namespace rnb
