#pragma once
// One process a run folder. The lock is the kernel's (flock), so a killed process leaves none behind; the
// file's text says who holds it.

#include <filesystem>

namespace rnb {

class RunLock {
 public:
  explicit RunLock(const std::filesystem::path& run_folder);  // Error naming the holder when it is taken
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int fd_;
};

}  // namespace rnb
