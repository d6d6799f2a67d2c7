#pragma once
// Loss weights of a micro-batch by its domains, as the mixer answers them (Needs::loss_weighting).

#include <vector>

#include "harness/trainer/step.h"

namespace rnb {

// [counted places]. LossWeighting::Tokens: w / sum over the micro-batch's tokens of w. Domains: w_i / tokens
// of i. Micro-batches count alike. The losses that the mixer decides on cost a pass through the head of their
// own.
std::vector<float> weights_by_domain(Run& run, const Batch& batch, const Task::Encoded& encoded, double lr,
                                     const AskMixer& ask);

}  // namespace rnb
