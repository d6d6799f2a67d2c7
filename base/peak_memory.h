#pragma once
// The most memory that this program has held at once, as the system counts it.

namespace rnb {

double peak_memory_bytes();              // resident set of this process
double peak_memory_bytes_of_children();  // of the largest child process that has ended; 0: none

}  // namespace rnb
