#include "base/atomic_file.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

void flush(const fs::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) fail("file", "{}: cannot be opened: {}", path.string(), std::strerror(errno));
  int why = ::fsync(fd) == 0 ? 0 : errno;
  if (::close(fd) != 0 && why == 0) why = errno;
  if (why != 0) fail("file", "{}: cannot be flushed to disk: {}", path.string(), std::strerror(why));
}

void flush_folder(const fs::path& folder) {
  flush(folder.empty() ? fs::path(".") : folder, O_RDONLY | O_DIRECTORY);
}

void rename_and_flush(const fs::path& from, const fs::path& to) {
  std::error_code code;
  fs::rename(from, to, code);
  if (code) fail("file", "{}: cannot be renamed to {}: {}", from.string(), to.string(), code.message());
  flush_folder(to.parent_path());
}

// Both names change places in one step. False where the file system cannot.
bool exchanged(const fs::path& a, const fs::path& b) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) {
    flush_folder(b.parent_path());
    return true;
  }
  if (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP) return false;
  fail("file", "{}: cannot be exchanged with {}: {}", a.string(), b.string(), std::strerror(errno));
}

}  // namespace

fs::path temporary_name(const fs::path& final_name) {
  static std::atomic<int> count{0};
  fs::path name = final_name;
  if (!name.has_filename()) name = name.parent_path();  // "folder/" names the folder
  return name.parent_path() / fmt::format(".{}.tmp-{}-{}", name.filename().string(), ::getpid(), count++);
}

void commit_file(const fs::path& temporary, const fs::path& final_name) {
  flush(temporary, O_RDONLY);
  rename_and_flush(temporary, final_name);
}

void write_file_atomic(const fs::path& file, std::string_view content) {
  const fs::path temporary = temporary_name(file);
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) fail("file", "{}: cannot be created: {}", temporary.string(), std::strerror(errno));
  size_t done = 0;
  while (done < content.size()) {
    const ssize_t n = ::write(fd, content.data() + done, content.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int why = errno;
      ::close(fd);
      ::unlink(temporary.c_str());
      fail("file", "{}: cannot be written: {}", file.string(), std::strerror(why));
    }
    done += static_cast<size_t>(n);
  }
  try {
    if (::close(fd) != 0) fail("file", "{}: cannot be written: {}", file.string(), std::strerror(errno));
    commit_file(temporary, file);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

AtomicFolder::AtomicFolder(fs::path final_name)
    : final_(std::move(final_name)), temporary_(temporary_name(final_)) {
  if (!final_.has_filename()) final_ = final_.parent_path();
  std::error_code code;
  fs::create_directories(temporary_, code);
  if (code) fail("file", "{}: cannot be created: {}", temporary_.string(), code.message());
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(temporary_, ignored);
}

void AtomicFolder::commit() {
  for (const auto& entry : fs::recursive_directory_iterator(temporary_)) {
    if (entry.is_regular_file()) flush(entry.path(), O_RDONLY);
    if (entry.is_directory() && !entry.is_symlink()) flush_folder(entry.path());
  }
  flush_folder(temporary_);
  std::error_code ignored;
  if (!fs::exists(final_)) {
    rename_and_flush(temporary_, final_);
  } else if (exchanged(temporary_, final_)) {
    fs::remove_all(temporary_, ignored);
  } else {
    // By two renames: a reader sees the old folder, none, or the new one, never a mixture.
    const fs::path old = temporary_name(final_);
    rename_and_flush(final_, old);
    rename_and_flush(temporary_, final_);
    fs::remove_all(old, ignored);
  }
  committed_ = true;
}

}  // namespace rnb
