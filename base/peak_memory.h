#pragma once
// The most memory that this program has held at once, as the system counts it.

namespace rnb {

double peak_memory_bytes();  // resident set of this process
// Of the largest child process that has ended, or of this process when it started that one, if it was larger;
// 0: there was none.
double peak_memory_bytes_of_children();

}  // namespace rnb
