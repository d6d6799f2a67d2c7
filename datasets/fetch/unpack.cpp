#include "datasets/fetch/unpack.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/progress.h"
#include "datasets/fetch/retry.h"
#include "datasets/fetch/url.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kMostFiles = 1'000'000, kLargestFile = int64_t{16} << 30, kMostBytes = int64_t{256} << 30;
constexpr size_t kReadAhead = 1 << 20;

using Reader = std::unique_ptr<archive, int (*)(archive*)>;

const char* why(archive* a) {
  const char* const text = archive_error_string(a);
  return text ? text : "unknown";
}

Reader opened(const fs::path& file) {
  Reader reader(archive_read_new(), archive_read_free);
  RNB_ASSERT(reader);
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_tar(reader.get());
  archive_read_support_format_zip(reader.get());
  if (archive_read_open_filename(reader.get(), file.c_str(), kReadAhead) != ARCHIVE_OK)
    fail("fetch", "{}: cannot be unpacked: {}", file.string(), why(reader.get()));
  return reader;
}

// The path below the top folder; empty for the top itself.
std::string below_top(std::string_view path) {
  const size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string() : std::string(path.substr(slash + 1));
}

void write_member(archive* reader, const fs::path& file, int64_t size, const fs::path& from) {
  fs::create_directories(file.parent_path());
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) fail("fetch", "{}: cannot be written: {}", file.string(), std::strerror(errno));
  const int result = archive_read_data_into_fd(reader, fd);
  const int64_t written = ::lseek(fd, 0, SEEK_END);
  ::close(fd);
  if (result != ARCHIVE_OK)
    fail("fetch", "{}: {} cannot be unpacked: {}", from.string(), file.filename().string(), why(reader));
  if (size >= 0 && written != size)
    fail("fetch", "{}: {} has {} bytes; its header says {}", from.string(), file.filename().string(), written,
         size);
}

}  // namespace

Unpacked unpack(const fs::path& archive_file, const fs::path& folder, const std::vector<std::string>& keep,
                const std::function<bool()>& stop) {
  const Reader reader = opened(archive_file);
  const std::string who = archive_file.string();
  AtomicFolder out(folder);
  Unpacked done;
  Progress progress("unpacking, files", 0);
  for (;;) {
    if (stop && stop()) throw FetchStopped("unpacking begins again");
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(reader.get(), &entry);
    if (result == ARCHIVE_EOF) break;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
      fail("fetch", "{}: is damaged or no archive: {}", who, why(reader.get()));
    const char* const name = archive_entry_pathname(entry);
    if (!name) fail("fetch", "{}: holds a member without a name", who);
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry)) continue;
    const std::string path = below_top(name);
    if (std::none_of(keep.begin(), keep.end(), [&](const auto& prefix) { return path.starts_with(prefix); }))
      continue;
    const fs::path relative = safe_path(path, who);
    const int64_t size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : -1;
    if (size > kLargestFile || done.bytes + std::max<int64_t>(0, size) > kMostBytes ||
        done.files == kMostFiles)
      fail("fetch", "{}: {} passes the caps of what is unpacked", who, path);
    write_member(reader.get(), out.path() / relative, size, archive_file);
    done.bytes += static_cast<int64_t>(fs::file_size(out.path() / relative));
    progress.update(++done.files);
  }
  if (done.files == 0) fail("fetch", "{}: holds nothing below {}", who, fmt::join(keep, ", "));
  out.commit();
  return done;
}

Unpacked count_files(const fs::path& folder) {
  Unpacked out;
  std::error_code code;
  for (fs::recursive_directory_iterator it(folder, code), end; !code && it != end; it.increment(code))
    if (it->is_regular_file()) {
      ++out.files;
      out.bytes += static_cast<int64_t>(it->file_size());
    }
  return out;
}

}  // namespace rnb
