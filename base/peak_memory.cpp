#include "base/peak_memory.h"

#include <sys/resource.h>

namespace rnb {
namespace {

double peak_of(int who) {
  rusage usage{};
  if (getrusage(who, &usage) != 0) return 0;
  return static_cast<double>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

}  // namespace

double peak_memory_bytes() {
  return peak_of(RUSAGE_SELF);
}

double peak_memory_bytes_of_children() {
  return peak_of(RUSAGE_CHILDREN);
}

}  // namespace rnb
