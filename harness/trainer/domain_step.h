#pragma once
// The step of a method that weighs the domains' own gradients (DoGE): one backward pass per domain, over its
// rows only.

#include <cstdint>
#include <vector>

#include "harness/trainer/step.h"

namespace rnb {

// `parts`: one batch per domain that was drawn, on the host. Leaves sum_i w_i g_i in the parameters'
// gradients, g_i the mean gradient of domain i, clipped where Needs::domain_gradient_clip says so, and w what
// the mixer answers. Fills the domains' losses (sums) and tokens of `made`. Returns sum_i w_i (mean loss of
// i).
double train_by_domain(Run& run, const std::vector<Batch>& parts, int64_t step, const AskMixer& ask,
                       StepRecord& made);

}  // namespace rnb
