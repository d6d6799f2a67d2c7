// UniMax: as uniform as a limit on epochs allows. budget = share of all training tokens that the run will
// use, unless given in tokens.

#include <numeric>

#include "methods/core/fixed_mixer.h"
#include "methods/core/registry.h"
#include "methods/math/static_mixtures.h"

namespace rnb {
namespace {

std::unique_ptr<Mixer> make_unimax(const MethodOptions& options) {
  const double epochs = options.number("max_epochs"), budget = options.number("budget");
  return std::make_unique<FixedMixer>([=](const Domains& d) {
    const auto sizes = as_doubles(d.train_tokens);
    const double all = std::accumulate(sizes.begin(), sizes.end(), 0.0);
    return unimax_mixture(sizes, budget > 0 ? budget : all, epochs);
  });
}

RNB_REGISTER(MethodSpec, .name = "unimax",
             .summary = "uniform, but no domain repeated more than max_epochs times",
             .source = "UniMax, arXiv:2304.09151",
             .options = {{.name = "max_epochs",
                          .fallback = "4",
                          .help = "most passes over one domain",
                          .type = OptionType::Real,
                          .above = 0},
                         {.name = "budget",
                          .fallback = "0",
                          .help = "tokens the run will use; 0: all training tokens once",
                          .type = OptionType::Real,
                          .low = 0}},
             .traits = {.not_uniform_on_zero_signal = "follows the domains' sizes whatever the signal"},
             .make = make_unimax);

}  // namespace
}  // namespace rnb
