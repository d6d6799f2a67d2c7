#pragma once
// Errors that a user can cause: one exception type whose message names the component, what was found, what
// was expected, and a hint. Bugs are not errors: RNB_ASSERT aborts with file and line.

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rnb {

class Error : public std::runtime_error {
 public:
  // `component` becomes the message's tag: "[dolly] data.jsonl:17: ...".
  Error(std::string_view component, const std::string& message);
};

// A command line or configuration that cannot be meant; the program exits with 2 instead of 1.
class UsageError : public Error {
 public:
  using Error::Error;
};

// Something that another process is using right now: waiting helps, where other errors stay.
class BusyError : public Error {
 public:
  using Error::Error;
};

template <typename... Args>
[[noreturn]] void fail(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(component, fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
[[noreturn]] void fail_usage(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
  throw UsageError(component, fmt::format(format, std::forward<Args>(args)...));
}

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace rnb

#define RNB_ASSERT(expression) \
  ((expression) ? static_cast<void>(0) : ::rnb::assertion_failed(#expression, __FILE__, __LINE__))
