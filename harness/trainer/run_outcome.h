#pragma once
// How a process's part of a run ended.

#include <cstdint>

namespace rnb {

struct RunOutcome {
  int signal = 0;        // a stop signal ended it early; 0: the run is complete
  double test_loss = 0;  // nats per token, when complete
  int64_t step = 0;
};

}  // namespace rnb
