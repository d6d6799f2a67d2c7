#pragma once
// Plain fork-join over an index range. Results must not depend on the number of threads.

#include <cstdint>
#include <functional>

namespace rnb {

// Calls body(i) for i in [0, n) on up to `threads` threads; rethrows the exception of the lowest failing
// index.
void parallel_for(int64_t n, int threads, const std::function<void(int64_t)>& body);

// What the option "threads" means: that many, or all cores for 0.
int thread_count(int asked);

}  // namespace rnb
