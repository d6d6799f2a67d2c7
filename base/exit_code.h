#pragma once
// What the program's exit codes mean, as `rnb --help` prints them.

namespace rnb {

constexpr int kExitOk = 0;
constexpr int kExitFailed = 1;    // an error that the user can mend
constexpr int kExitUsage = 2;     // a command line or configuration that cannot be meant
constexpr int kExitPartial = 3;   // some of the runs or files failed
constexpr int kExitMismatch = 4;  // a comparison or check found a difference
constexpr int kExitBusy = 5;      // another process is at it; waiting helps

// As a shell says it of a program that a signal ended.
constexpr int exit_code_of_signal(int number) {
  return 128 + number;
}

}  // namespace rnb
