#include "base/standard_streams.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/launch.h"

namespace rnb {
namespace {

// What `work` returns in a process whose three standard streams are closed.
template <typename Work>
int without_streams(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int fd : {0, 1, 2}) ::close(fd);
    ::_exit(work());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return exit_code_of_status(status);
}

TEST(StandardStreams, ANumberThatIsFreeIsTakenAndWritingStillFails) {
  EXPECT_EQ(without_streams([] {
              occupy_standard_streams();
              const int next = ::open("/dev/null", O_RDONLY);
              if (next < 3) return 1;
              if (::write(1, "x", 1) >= 0 || errno != EBADF) return 2;
              if (::write(2, "x", 1) >= 0 || errno != EBADF) return 3;
              char byte = 0;
              return ::read(0, &byte, 1) >= 0 || errno != EBADF ? 4 : 0;
            }),
            0);
}

TEST(StandardStreams, OpenOnesStay) {
  EXPECT_EQ(without_streams([] {
              std::array<int, 2> ends{};
              if (::pipe(ends.data()) != 0 || ::dup2(ends[1], 2) != 2) return 1;  // 0, 1 and 2
              occupy_standard_streams();
              return ::write(2, "x", 1) == 1 ? 0 : 2;
            }),
            0);
}

TEST(StandardStreams, AProgramsOutputIsReadAllTheSame) {
  EXPECT_EQ(without_streams([] {
              occupy_standard_streams();
              return output_of_program({"sh", "-c", "echo said; echo wrong >&2"}) == "said\n" ? 0 : 1;
            }),
            0);
}

}  // namespace
}  // namespace rnb
