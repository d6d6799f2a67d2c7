#include "results/event_log.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mapped_file.h"

namespace rnb {
namespace fs = std::filesystem;

EventLog::EventLog(fs::path file, int64_t keep_bytes) : file_(std::move(file)) {
  fd_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0) fail("log", "{}: cannot be opened: {}", file_.string(), std::strerror(errno));
  bytes_ = ::lseek(fd_, 0, SEEK_END);
  if (keep_bytes >= 0) {
    if (keep_bytes > bytes_) {
      ::close(fd_);
      fail("log", "{}: has {} bytes, a checkpoint remembers {}; the log was cut by hand", file_.string(),
           bytes_, keep_bytes);
    }
    if (::ftruncate(fd_, keep_bytes) != 0)
      fail("log", "{}: cannot be cut back: {}", file_.string(), std::strerror(errno));
    bytes_ = ::lseek(fd_, keep_bytes, SEEK_SET);
  }
}

EventLog::~EventLog() {
  if (fd_ >= 0) ::close(fd_);
}

void EventLog::append(const nlohmann::json& event) {
  const std::string line = event.dump() + "\n";
  size_t done = 0;
  while (done < line.size()) {
    const ssize_t n = ::write(fd_, line.data() + done, line.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      fail("log", "{}: cannot be written: {}; free some space and go on with --resume", file_.string(),
           std::strerror(errno));
    done += static_cast<size_t>(n);
  }
  bytes_ += static_cast<int64_t>(line.size());
}

void EventLog::flush() {
  if (::fsync(fd_) != 0) fail("log", "{}: cannot be flushed: {}", file_.string(), std::strerror(errno));
}

std::vector<nlohmann::json> read_events(const fs::path& file) {
  const MappedFile map(file);
  const std::string_view text = map.text();
  std::vector<nlohmann::json> events;
  size_t number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    if (end == std::string_view::npos) break;  // torn: the writer was killed in the middle of it
    ++number;
    try {
      events.push_back(nlohmann::json::parse(text.substr(at, end - at)));
    } catch (const nlohmann::json::exception& e) {
      fail("log", "{}:{}: is not valid JSON: {}", file.string(), number, e.what());
    }
    at = end + 1;
  }
  return events;
}

}  // namespace rnb
