#include "base/error.h"

#include <cstdio>
#include <cstdlib>

namespace rnb {

Error::Error(std::string_view component, const std::string& message)
    : std::runtime_error(fmt::format("[{}] {}", component, message)) {}

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "bug: %s:%d: assertion failed: %s\n", file, line, expression);
  std::abort();
}

}  // namespace rnb
