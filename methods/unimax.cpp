// UniMax: as uniform as a limit on epochs allows. budget = share of all training tokens that the run will
// use, unless given in tokens.

#include <numeric>

#include "base/error.h"
#include "methods/core/fixed_mixer.h"
#include "methods/core/registry.h"
#include "methods/math/static_mixtures.h"

namespace rnb {
namespace {

RNB_REGISTER_METHOD((MethodSpec{"unimax",
                                "uniform, but no domain repeated more than max_epochs times",
                                "UniMax, arXiv:2304.09151",
                                {{"max_epochs", "4", "most passes over one domain", {}},
                                 {"budget", "0", "tokens the run will use; 0: all training tokens once", {}}},
                                {"", "follows the domains' sizes whatever the signal"},
                                [](const MethodOptions& options) -> std::unique_ptr<Mixer> {
                                  const double epochs = options.number("max_epochs"),
                                               budget = options.number("budget");
                                  if (epochs <= 0 || budget < 0)
                                    fail_usage("unimax",
                                               "max_epochs must be positive and budget not negative");
                                  return std::make_unique<FixedMixer>([=](const Domains& d) {
                                    const auto sizes = as_doubles(d.train_tokens);
                                    const double all = std::accumulate(sizes.begin(), sizes.end(), 0.0);
                                    return unimax_mixture(sizes, budget > 0 ? budget : all, epochs);
                                  });
                                }}));

}  // namespace
}  // namespace rnb
