// Every training example (or, unit=tokens, every completion token) equally likely.

#include "methods/core/fixed_mixer.h"
#include "methods/core/registry.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

std::unique_ptr<Mixer> make_natural(const MethodOptions& options) {
  const bool tokens = options.text("unit") == "tokens";
  return std::make_unique<FixedMixer>([tokens](const Domains& d) {
    return normalised(as_doubles(tokens ? d.train_tokens : d.train_examples));
  });
}

RNB_REGISTER(MethodSpec, .name = "natural", .summary = "every training example equally likely",
             .source = "Skill-It, arXiv:2307.14430 (there: random)",
             .options = {{.name = "unit",
                          .fallback = "examples",
                          .help = "what is equally likely",
                          .choices = {"examples", "tokens"}}},
             .traits = {.not_uniform_on_zero_signal = "follows the domains' sizes whatever the signal"},
             .make = make_natural);

}  // namespace
}  // namespace rnb
