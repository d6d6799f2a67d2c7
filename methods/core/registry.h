#pragma once
// Methods by name. A method's file ends in RNB_REGISTER_METHOD(spec): nothing else is edited to add one.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "methods/core/mixer.h"

namespace rnb {

struct MethodOption {
  std::string name, default_value, help;
  std::vector<std::string> choices;  // empty: free text, checked by the method
};

// Declared behaviour, exercised for every registered method by the conformance suite. A trait that does not
// hold says why in one line; empty means that it holds.
struct Traits {
  std::string not_permutation_equivariant;
  std::string not_uniform_on_zero_signal;
};

// Option values by name, complete (defaults filled in) and checked against `choices`.
class MethodOptions {
 public:
  explicit MethodOptions(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  const std::string& text(const std::string& name) const;
  double number(const std::string& name) const;  // UsageError naming the option unless a finite number
  int64_t integer(const std::string& name) const;
  const std::map<std::string, std::string>& values() const { return values_; }

 private:
  std::map<std::string, std::string> values_;
};

struct MethodSpec {
  std::string name, summary, source;  // source: paper and equation
  std::vector<MethodOption> options;
  Traits traits;
  std::function<std::unique_ptr<Mixer>(const MethodOptions&)> make;
  // Option values to try the method with, where its defaults alone do not run; the conformance suite uses it.
  std::function<std::map<std::string, std::string>(const Domains&)> example = nullptr;
  // The option that a value after a colon sets: "fixed:FILE" is "fixed file=FILE". Empty: there is none.
  std::string colon_option = {};
};

const std::vector<MethodSpec>& method_specs();           // sorted by name
const MethodSpec& method_spec(const std::string& name);  // UsageError with a suggestion
// Fills in defaults; UsageError (with a suggestion) for an unknown option or a value outside `choices`.
MethodOptions resolve_options(const MethodSpec& spec, const std::map<std::string, std::string>& given);
std::unique_ptr<Mixer> make_mixer(const std::string& name, const std::map<std::string, std::string>& given);
// "rnb" or "rnb gram=unbiased lambda=1": the method with the options that differ from their defaults, sorted.
std::string method_label(const std::string& name, const std::map<std::string, std::string>& given);

struct MethodRegistration {
  explicit MethodRegistration(MethodSpec spec);
};
#define RNB_REGISTER_METHOD(spec)                                  \
  static const ::rnb::MethodRegistration rnb_method_registration { \
    spec                                                           \
  }

}  // namespace rnb
