// p_i proportional to size^tau.

#include "methods/core/fixed_mixer.h"
#include "methods/core/registry.h"
#include "methods/math/static_mixtures.h"

namespace rnb {
namespace {

std::unique_ptr<Mixer> make_temperature(const MethodOptions& options) {
  const double tau = options.number("tau");
  const bool tokens = options.text("unit") == "tokens";
  return std::make_unique<FixedMixer>([=](const Domains& d) {
    return temperature_mixture(as_doubles(tokens ? d.train_tokens : d.train_examples), tau);
  });
}

RNB_REGISTER(MethodSpec, .name = "temperature",
             .summary = "proportional to size^tau: 1 natural, 0 stratified",
             .source = "RegMix, arXiv:2407.01492 (its search prior has tau 0.5)",
             .options = {{.name = "tau", .fallback = "0.5", .help = "exponent", .type = OptionType::Real},
                         {.name = "unit",
                          .fallback = "tokens",
                          .help = "what size counts",
                          .choices = {"examples", "tokens"}}},
             .traits = {.not_uniform_on_zero_signal = "follows the domains' sizes whatever the signal"},
             .make = make_temperature);

}  // namespace
}  // namespace rnb
