#pragma once
// SIGINT and SIGTERM only set a flag: the trainer saves at the end of the step and exits with 128 + n.

namespace rnb {

void watch_stop_signals();
int stop_signal();  // 0, or the number of the signal that came

}  // namespace rnb
