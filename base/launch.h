#pragma once
// Starts other programs, without a shell in between. Whoever starts one decides what its three standard
// streams are; all else that is open here stays closed there. A child ends with the thread that started it.

#include <chrono>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/types.h>
#include <unistd.h>

namespace rnb {

// What went wrong with a child, in words: "it ended with status 3", "no line within 60 s".
class ChildFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Launch {
  std::vector<std::string> words;  // the program (without a '/': sought along PATH) and its arguments
  // Descriptors of ours that become the child's standard streams.
  int input = STDIN_FILENO, output = STDOUT_FILENO, error = STDERR_FILENO;
  // Own: an interrupt at the keyboard reaches us alone, and kill(-pid) reaches the child's children too.
  enum class Group { Ours, Own } group = Group::Own;
  int signal_when_we_end = SIGTERM;
};

// The child's process id; it is the caller's to wait for. ChildFailure when it cannot be started.
pid_t launch(const Launch& what);

int exit_code_of_status(int status);    // of waitpid: 0..255, 128 + n for a signal
std::string end_of_status(int status);  // "it ended with status 3", "it was ended by signal 9"
int run_program(const Launch& what);    // waits for its end; its exit code
// Its standard output, when it ends with 0; it reads nothing, and its errors are not shown. One that has not
// closed its output within `limit` is killed with its children, and gives none.
std::optional<std::string> output_of_program(std::vector<std::string> words,
                                             std::optional<std::chrono::milliseconds> limit = std::nullopt);

}  // namespace rnb
