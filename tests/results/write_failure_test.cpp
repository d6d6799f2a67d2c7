// One write to the disk that fails, each in turn: the run file is never wrong without an error.

#include <cerrno>
#include <cstdlib>

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "results/write_run_h5.h"
#include "tests/results/hand_made_run.h"

namespace {
int writes = 0;
int failing = -1;  // the number, from 0, of the write that fails; negative: none
}  // namespace

// HDF5 writes with this call, and finds this one before the C library's.
extern "C" ssize_t pwrite(int file, const void* data, size_t bytes, off_t offset) {
  if (writes++ == failing) {
    errno = ENOSPC;
    return -1;
  }
  return ::syscall(SYS_pwrite64, file, data, bytes, offset);
}

namespace rnb {
namespace {
namespace fs = std::filesystem;

enum Outcome { Written = 0, Refused = 7 };

// In a process of its own that ends as a program does: what HDF5 still holds must not crash it.
int outcome_when_failing(int nth, const fs::path& folder) {
  const pid_t child = ::fork();
  if (child == 0) {
    writes = 0;
    failing = nth;
    int outcome = Written;
    try {
      write_run_h5(folder);
    } catch (const Error&) {
      outcome = Refused;
    }
    std::exit(outcome);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(WriteFailure, IsAnErrorWhicheverWriteItIs) {
  const test::TemporaryFolder folder;
  auto events = test::events_of({});
  auto& example_ids = events[10];
  for (int i = 0; i < 20'000; ++i) {  // large enough for a compressed table
    example_ids["id"].push_back("ex-" + std::to_string(i));
    example_ids["loss"].push_back(0.5 * i);
    example_ids["tokens"].push_back(i);
  }
  const fs::path run = test::write_events(folder.path(), "a1", events);
  writes = 0;
  write_run_h5(run);
  const int all = writes;
  ASSERT_GT(all, 10);
  for (int nth = 0; nth < all; ++nth) {
    fs::remove(run / "run.h5");
    ASSERT_EQ(outcome_when_failing(nth, run), Refused) << "write " << nth << " of " << all;
    ASSERT_FALSE(fs::exists(run / "run.h5")) << "write " << nth << " of " << all;
  }
}

}  // namespace
}  // namespace rnb
