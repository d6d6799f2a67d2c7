#include "methods/core/list_methods.h"

#include <fmt/ranges.h>

#include "methods/core/registry.h"

namespace rnb {

std::string methods_in_words() {
  std::string out;
  for (const MethodSpec& s : method_specs()) {
    out += fmt::format("{}\n    {}\n    source: {}\n", s.name, s.summary, s.source);
    for (const MethodOption& o : s.options) {
      const std::string choices = o.choices.empty() ? "" : fmt::format(" [{}]", fmt::join(o.choices, " | "));
      out += fmt::format("    {}={}{}  {}\n", o.name, o.default_value, choices, o.help);
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
    for (const MethodOption& o : s.options)
      options.push_back(
          {{"name", o.name}, {"default", o.default_value}, {"help", o.help}, {"choices", o.choices}});
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
