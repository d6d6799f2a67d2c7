#include "datasets/fetch/part_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_file.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr uintmax_t kLargestNotes = 1 << 16;

fs::path with_suffix(const fs::path& file, const char* suffix) {
  return fs::path(file.string() + suffix);
}

}  // namespace

int64_t part_size(const fs::path& final_name) {
  std::error_code code;
  const auto size = fs::file_size(with_suffix(final_name, ".part"), code);
  return code ? 0 : static_cast<int64_t>(size);
}

PartFile::PartFile(fs::path final_name)
    : final_(std::move(final_name)),
      part_(with_suffix(final_, ".part")),
      notes_(with_suffix(final_, ".part.json")) {
  std::error_code code;
  if (final_.has_parent_path()) fs::create_directories(final_.parent_path(), code);
  if (code) fail("fetch", "{}: cannot be created: {}", final_.parent_path().string(), code.message());
  fd_ = ::open(part_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ < 0) fail("fetch", "{}: cannot be written: {}", part_.string(), std::strerror(errno));
  struct stat held{}, named{};
  // A process that has just finished renamed the file that was opened here.
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0 || ::fstat(fd_, &held) != 0 ||
      ::stat(part_.c_str(), &named) != 0 || held.st_ino != named.st_ino) {
    ::close(fd_);
    throw BusyError("fetch", fmt::format("{}: another rnb fetch is writing it", part_.string()));
  }
  size_ = held.st_size;
  if (size_ > 0) read_state();
}

PartFile::~PartFile() {
  if (fd_ >= 0) ::close(fd_);
}

// Notes that cannot be read leave an empty state, with which nothing is resumed.
void PartFile::read_state() {
  try {
    if (fs::file_size(notes_) > kLargestNotes) return;
    const auto json = read_json_file(notes_);
    PartState state;
    state.etag = json_field<std::string>(json, "etag", notes_.string());
    state.last_modified = json_field<std::string>(json, "last_modified", notes_.string());
    state.size = json_field<int64_t>(json, "size", notes_.string());
    state.checksum = checksum_of_etag(json_field<std::string>(json, "checksum", notes_.string()));
    state_ = state;
  } catch (const std::exception&) {
  }
}

void PartFile::restart(const PartState& state) {
  if (::ftruncate(fd_, 0) != 0)
    fail("fetch", "{}: cannot be emptied: {}", part_.string(), std::strerror(errno));
  size_ = 0;
  state_ = state;
  write_file_atomic(notes_, nlohmann::json{{"etag", state.etag},
                                           {"last_modified", state.last_modified},
                                           {"size", state.size},
                                           {"checksum", state.checksum.hex}}
                                .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void PartFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      fail("fetch", "{}: cannot be written: {}; what has come is kept, the same command goes on",
           part_.string(), std::strerror(errno));
    bytes.remove_prefix(static_cast<size_t>(n));
    size_ += n;
  }
}

void PartFile::finish() {
  commit_file(part_, final_);
  std::error_code ignored;
  fs::remove(notes_, ignored);
}

void PartFile::discard() {
  std::error_code ignored;
  fs::remove(part_, ignored);
  fs::remove(notes_, ignored);
  size_ = 0;
}

}  // namespace rnb
