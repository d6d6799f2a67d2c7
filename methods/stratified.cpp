// 1/m each over the domains that have training examples: the paper's baseline, "uniform" in other papers.

#include "methods/core/fixed_mixer.h"
#include "methods/core/registry.h"
#include "methods/math/static_mixtures.h"

namespace rnb {
namespace {

RNB_REGISTER_METHOD((MethodSpec{"stratified",
                                "every domain equally likely",
                                "R&B, arXiv:2505.00358 section 3.1",
                                {},
                                {},
                                [](const MethodOptions&) -> std::unique_ptr<Mixer> {
                                  return std::make_unique<FixedMixer>([](const Domains& d) {
                                    return temperature_mixture(as_doubles(d.train_examples), 0.0);
                                  });
                                }}));

}  // namespace
}  // namespace rnb
