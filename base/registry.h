#pragma once
// Specifications by name that register themselves before main: a file ends in RNB_REGISTER(Spec, .name = ...,
// ...), and nothing else is edited to add one but the list of sources. A linker drops such a file from an
// archive, as nobody refers to it: it belongs into an OBJECT library.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace rnb {

// Sorted by name; not to be changed after main has begun. Hidden: a program and a module that it loads at run
// time each have their own.
template <typename Spec>
[[gnu::visibility("hidden")]] std::vector<Spec>& registry() {
  static std::vector<Spec> specs;
  return specs;
}

template <typename Spec>
struct [[gnu::visibility("hidden")]] Registration {
  explicit Registration(Spec spec) {
    auto& specs = registry<Spec>();
    const auto at = std::lower_bound(specs.begin(), specs.end(), spec.name,
                                     [](const Spec& s, const std::string& name) { return s.name < name; });
    RNB_ASSERT(at == specs.end() || at->name != spec.name);  // two of one name
    specs.insert(at, std::move(spec));
  }
};

// nullptr: nothing of that name is registered.
template <typename Spec>
const Spec* find_registered(const std::string& name) {
  for (const Spec& spec : registry<Spec>())
    if (spec.name == name) return &spec;
  return nullptr;
}

template <typename Spec>
std::vector<std::string> registered_names() {
  std::vector<std::string> names;
  for (const Spec& spec : registry<Spec>()) names.push_back(spec.name);
  return names;
}

#define RNB_REGISTER(Spec, ...)                             \
  static const ::rnb::Registration<Spec> rnb_registration { \
    Spec {                                                  \
      __VA_ARGS__                                           \
    }                                                       \
  }

}  // namespace rnb
