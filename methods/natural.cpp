// Every training example (or, unit=tokens, every completion token) equally likely.

#include "methods/core/fixed_mixer.h"
#include "methods/core/registry.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

RNB_REGISTER_METHOD((MethodSpec{"natural",
                                "every training example equally likely",
                                "Skill-It, arXiv:2307.14430 (there: random)",
                                {{"unit", "examples", "what is equally likely", {"examples", "tokens"}}},
                                {"", "follows the domains' sizes whatever the signal"},
                                [](const MethodOptions& options) -> std::unique_ptr<Mixer> {
                                  const bool tokens = options.text("unit") == "tokens";
                                  return std::make_unique<FixedMixer>([tokens](const Domains& d) {
                                    return normalised(as_doubles(tokens ? d.train_tokens : d.train_examples));
                                  });
                                }}));

}  // namespace
}  // namespace rnb
