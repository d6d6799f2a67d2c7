// 1/m each over the domains that have training examples: the paper's baseline, "uniform" in other papers.

#include "methods/core/fixed_mixer.h"
#include "methods/core/registry.h"
#include "methods/math/static_mixtures.h"

namespace rnb {
namespace {

Weights equal_shares(const Domains& d) {
  return temperature_mixture(as_doubles(d.train_examples), 0.0);
}

RNB_REGISTER(
    MethodSpec, .name = "stratified", .summary = "every domain equally likely",
    .source = "R&B, arXiv:2505.00358 section 3.1",
    .make = [](const MethodOptions&) { return std::make_unique<FixedMixer>(equal_shares); });

}  // namespace
}  // namespace rnb
