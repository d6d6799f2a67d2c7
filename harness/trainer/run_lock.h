#pragma once
// One process per run folder. The lock is the kernel's (flock): taking it is one atomic call, and a killed
// process leaves none behind, so that there is no stale lock to take over. The file stays, since a process
// that deleted it could leave two others with a lock each; its text says who holds it, or held it last.
// Nobody tries the lock just to look: that would turn away a run which starts at that moment.

#include <filesystem>

namespace rnb {

class RunLock {
 public:
  // BusyError naming the holder when it is taken; Error when the folder cannot be written.
  explicit RunLock(const std::filesystem::path& run_folder);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int fd_;
};

}  // namespace rnb
