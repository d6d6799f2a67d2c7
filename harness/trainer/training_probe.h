#pragma once
// The service train_probe: some steps on another mixture, kept or rolled back.

#include <cstdint>

#include "harness/trainer/step.h"
#include "methods/core/services.h"

namespace rnb {

// `steps` steps drawing by p [m], then the mixing losses. Keep::Yes: they are steps of the run, and fewer are
// taken when it ends first. Keep::No: the learner is then put back as it was. Goes on with a probe that a
// checkpoint was saved in. Throws Interrupted where a stop signal came. Error where p is no mixture or steps
// < 1.
DomainLosses serve_training_probe(Run& run, Stepper& stepper, const Weights& p, int64_t steps, Keep keep);

}  // namespace rnb
