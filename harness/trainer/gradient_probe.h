#pragma once
// The service gradient_probe: dot products of fresh batches' gradients, the model left as it is.

#include "harness/trainer/run.h"
#include "methods/core/services.h"

namespace rnb {

// Of mean gradients (of the loss per token). Rows and columns of a source or target without examples are 0.
// UsageError where spec.layers is not understood or matches no layer.
GradientProbe serve_gradient_probe(Run& run, const GradientProbeSpec& spec);

}  // namespace rnb
