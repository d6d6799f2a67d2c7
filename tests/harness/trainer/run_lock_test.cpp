#include "harness/trainer/run_lock.h"

#include <array>
#include <csignal>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

struct Pipe {
  Pipe() { ok = ::pipe(ends.data()) == 0; }
  ~Pipe() {
    ::close(ends[0]);
    close_write();
  }
  void close_write() {
    if (ends[1] >= 0) ::close(ends[1]);
    ends[1] = -1;
  }
  std::array<int, 2> ends{-1, -1};
  bool ok = false;
};

// A process that waits for `start` to close, tries the lock, answers 'w' (won) or 'b' (busy), and holds what
// it won until `end` closes.
pid_t rival(const fs::path& folder, Pipe& start, Pipe& answers, Pipe& end) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  start.close_write();
  end.close_write();
  char nothing = 0;
  if (::read(start.ends[0], &nothing, 1) != 0) ::_exit(2);
  try {
    const RunLock lock(folder);
    if (::write(answers.ends[1], "w", 1) != 1 || ::read(end.ends[0], &nothing, 1) != 0) ::_exit(2);
  } catch (const BusyError&) {
    if (::write(answers.ends[1], "b", 1) != 1) ::_exit(2);
  } catch (...) {
    ::_exit(3);
  }
  ::_exit(0);
}

TEST(RunLock, OfTwoProcessesAtOnceExactlyOneWins) {
  const ScratchFolder folder;
  for (int round = 0; round < 25; ++round) {
    Pipe start, answers, end;
    ASSERT_TRUE(start.ok && answers.ok && end.ok);
    const std::array<pid_t, 2> rivals{rival(folder.path(), start, answers, end),
                                      rival(folder.path(), start, answers, end)};
    start.close_write();
    answers.close_write();  // a rival that dies without an answer ends the reading below
    std::string said;
    char one = 0;
    while (said.size() < 2 && ::read(answers.ends[0], &one, 1) == 1) said += one;
    end.close_write();
    for (const pid_t pid : rivals) {
      int status = 0;
      ASSERT_EQ(::waitpid(pid, &status, 0), pid);
      EXPECT_EQ(status, 0);
    }
    EXPECT_TRUE(said == "wb" || said == "bw") << "'" << said << "' in round " << round;
  }
}

TEST(RunLock, AKilledHolderLeavesItFree) {
  const ScratchFolder folder;
  Pipe start, answers, end;
  const pid_t holder = rival(folder.path(), start, answers, end);
  start.close_write();
  char one = 0;
  ASSERT_EQ(::read(answers.ends[0], &one, 1), 1);
  try {
    const RunLock lock(folder.path());
    ADD_FAILURE() << "two holders";
  } catch (const BusyError& e) {
    EXPECT_THAT(e.what(), HasSubstr("pid " + std::to_string(holder)));
  }
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  EXPECT_NO_THROW(const RunLock lock(folder.path()));
}

TEST(RunLock, AFolderThatCannotBeWrittenIsNotBusy) {
  try {
    const RunLock lock("/no/such/folder");
    ADD_FAILURE();
  } catch (const BusyError&) {
    ADD_FAILURE() << "waiting would not help";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("/no/such/folder/run.lock"));
  }
}

}  // namespace
}  // namespace rnb
