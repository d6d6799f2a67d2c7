// Train on the evaluation proportions p. Evaluation domains without training examples get nothing.

#include "methods/core/fixed_mixer.h"
#include "methods/core/registry.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

Weights evaluation_shares(const Domains& domains) {
  Weights w = domains.evaluation;
  for (size_t i = 0; i < w.size(); ++i)
    if (domains.train_examples[i] == 0) w[i] = 0;
  return normalised(w);
}

RNB_REGISTER(
    MethodSpec, .name = "eval_proportional", .summary = "the evaluation proportions", .source = "control",
    .traits = {.not_uniform_on_zero_signal = "follows the evaluation proportions whatever the signal"},
    .make = [](const MethodOptions&) {
      return std::make_unique<FixedMixer>(evaluation_shares, Needs{.shared_domains = true});
    });

}  // namespace
}  // namespace rnb
