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

RNB_REGISTER_METHOD((MethodSpec{"eval_proportional",
                                "the evaluation proportions",
                                "control",
                                {},
                                {"", "follows the evaluation proportions whatever the signal"},
                                [](const MethodOptions&) -> std::unique_ptr<Mixer> {
                                  Needs needs;
                                  needs.shared_domains = true;
                                  return std::make_unique<FixedMixer>(evaluation_shares, needs);
                                }}));

}  // namespace
}  // namespace rnb
