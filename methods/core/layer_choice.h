#pragma once
// Which layers' gradients are meant: `track` of a run, `layers` of a method or of a gradient probe.
//   last           the task's last linear layers (a language model's head, both projections of a CLIP)
//   last:N         the last N linear layers in forward order, 1 <= N <= 999999
//   pattern:REGEX  the linear layers in whose name the regular expression (ECMAScript) is found
//   all            every parameter, linear layers or not

#include <cstddef>
#include <string>
#include <string_view>

namespace rnb {

struct LayerChoice {
  enum class Kind { Last, Count, Pattern, All };
  Kind kind = Kind::Last;
  size_t count = 0;       // Kind::Count: N
  std::string pattern{};  // Kind::Pattern: a regular expression that std::regex takes
};

enum class AllLayers { Allowed, Refused };  // may `all` be chosen?

// UsageError "[component] option=text; expected ..." for anything else than the above.
LayerChoice parse_layer_choice(std::string_view text, AllLayers all, std::string_view component,
                               std::string_view option);

// The words of the grammar, for messages and lists: "last, last:N or pattern:REGEX", with `all` where
// allowed.
std::string_view layer_choices_in_words(AllLayers all);

}  // namespace rnb
