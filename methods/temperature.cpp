// p_i proportional to size^tau.

#include "methods/core/fixed_mixer.h"
#include "methods/core/registry.h"
#include "methods/math/static_mixtures.h"

namespace rnb {
namespace {

RNB_REGISTER_METHOD((MethodSpec{
    "temperature",
    "proportional to size^tau: 1 natural, 0 stratified",
    "RegMix, arXiv:2407.01492 (its search prior has tau 0.5)",
    {{"tau", "0.5", "exponent, >= 0", {}}, {"unit", "tokens", "what size counts", {"examples", "tokens"}}},
    {"", "follows the domains' sizes whatever the signal"},
    [](const MethodOptions& options) -> std::unique_ptr<Mixer> {
      const double tau = options.number("tau");
      const bool tokens = options.text("unit") == "tokens";
      return std::make_unique<FixedMixer>([=](const Domains& d) {
        return temperature_mixture(as_doubles(tokens ? d.train_tokens : d.train_examples), tau);
      });
    }}));

}  // namespace
}  // namespace rnb
