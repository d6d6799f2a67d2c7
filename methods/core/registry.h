#pragma once
// Methods by name. A method's file ends in RNB_REGISTER(MethodSpec, .name = ..., ...): but for the list of
// sources, nothing else is edited to add one (docs/adding-a-method.md).

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/registry.h"
#include "methods/core/method_option.h"
#include "methods/core/mixer.h"

namespace rnb {

// Declared behaviour, exercised for every registered method by the conformance suite. A trait that does not
// hold says why in one line; empty means that it holds.
struct Traits {
  std::string not_permutation_equivariant{};
  std::string not_uniform_on_zero_signal{};
};

struct MethodSpec {
  std::string name{}, summary{};
  std::string source{};  // paper and section, equation or algorithm
  std::vector<MethodOption> options{};
  Traits traits{};
  std::function<std::unique_ptr<Mixer>(const MethodOptions&)> make{};
  // Option values to try the method with, where its fallbacks alone do not run; the conformance suite uses
  // it.
  std::function<std::map<std::string, std::string>(const Domains&)> example{};
  // The option that a value after a colon sets: "fixed:FILE" is "fixed file=FILE". Empty: there is none.
  std::string colon_option{};
};

// MethodSpec::make of a mixer whose constructor takes the options.
template <typename M>
std::unique_ptr<Mixer> make_one(const MethodOptions& options) {
  return std::make_unique<M>(options);
}

const std::vector<MethodSpec>& method_specs();           // sorted by name
const MethodSpec& method_spec(const std::string& name);  // UsageError with a suggestion
// Fills in fallbacks. UsageError for an unknown option (with a suggestion), a missing one, or a value that
// the option does not take (check_option).
MethodOptions resolve_options(const MethodSpec& spec, const std::map<std::string, std::string>& given);
// UsageError as from the two above, and where the method refuses how its options go together.
std::unique_ptr<Mixer> make_mixer(const std::string& name, const std::map<std::string, std::string>& given);
// "rnb" or "rnb gram=unbiased lambda=1": the method with the options that differ from their fallbacks,
// sorted.
std::string method_label(const std::string& name, const std::map<std::string, std::string>& given);

}  // namespace rnb
