#include "methods/core/layer_choice.h"

#include <charconv>
#include <regex>

#include "base/error.h"

namespace rnb {
namespace {

constexpr std::string_view kCount = "last:", kPattern = "pattern:";
constexpr size_t kMost = 999999;

}  // namespace

std::string_view layer_choices_in_words(AllLayers all) {
  return all == AllLayers::Allowed ? "all, last, last:N or pattern:REGEX" : "last, last:N or pattern:REGEX";
}

LayerChoice parse_layer_choice(std::string_view text, AllLayers all, std::string_view component,
                               std::string_view option) {
  if (text == "last") return {.kind = LayerChoice::Kind::Last};
  if (text == "all" && all == AllLayers::Allowed) return {.kind = LayerChoice::Kind::All};
  if (text.starts_with(kCount)) {
    size_t n = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data() + kCount.size(), end, n);
    if (code != std::errc() || stop != end || n < 1 || n > kMost)
      fail_usage(component, "{}={}; expected last:N with a whole number N from 1 to {}, as last:2", option,
                 text, kMost);
    return {.kind = LayerChoice::Kind::Count, .count = n};
  }
  if (text.starts_with(kPattern)) {
    LayerChoice choice{.kind = LayerChoice::Kind::Pattern,
                       .pattern = std::string(text.substr(kPattern.size()))};
    try {
      const std::regex compiled(choice.pattern);
    } catch (const std::regex_error& e) {
      fail_usage(component, "{}={}; not a regular expression: {}", option, text, e.what());
    }
    return choice;
  }
  fail_usage(component, "{}={}; expected {}", option, text, layer_choices_in_words(all));
}

}  // namespace rnb
