#pragma once
// Between two steps, a run may be saved and may end for this process.

#include "harness/trainer/run.h"

namespace rnb {

// Thrown after saving when a stop signal has come: this process's part of the run is over.
struct Interrupted {};

// A checkpoint of the run as it stands, with the log flushed up to it.
void save_run(Run& run);

// A checkpoint where one is due; Interrupted where a stop signal asks for the end.
void pause_point(Run& run);

}  // namespace rnb
