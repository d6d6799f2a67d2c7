#include "results/event_log.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json_lines.h"

namespace rnb {
namespace fs = std::filesystem;

EventLog::EventLog(fs::path file, Opened) : file_(std::move(file)) {
  fd_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0) fail("log", "{}: cannot be opened: {}", file_.string(), std::strerror(errno));
}

// From here on the destructor closes the file, whatever is thrown.
EventLog::EventLog(fs::path file, int64_t keep_bytes) : EventLog(std::move(file), Opened{}) {
  go_to(0, SEEK_END);
  if (keep_bytes < 0) return;
  if (keep_bytes > bytes_)
    fail("log", "{}: has {} bytes, a checkpoint remembers {}; the log was cut by hand", file_.string(),
         bytes_, keep_bytes);
  if (::ftruncate(fd_, keep_bytes) != 0)
    fail("log", "{}: cannot be cut back: {}", file_.string(), std::strerror(errno));
  go_to(keep_bytes, SEEK_SET);
}

void EventLog::go_to(int64_t offset, int from) {
  bytes_ = ::lseek(fd_, offset, from);
  if (bytes_ < 0) fail("log", "{}: is no file to append to: {}", file_.string(), std::strerror(errno));
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

void for_each_event(const fs::path& file,
                    const std::function<void(int64_t line, nlohmann::json event)>& visit) {
  for_each_json_line(file, [&](int64_t line, nlohmann::json event) {
    if (!event.is_object()) fail("log", "{}:{}: is not a JSON object", file.string(), line);
    visit(line, std::move(event));
  });
}

std::vector<nlohmann::json> read_events(const fs::path& file) {
  std::vector<nlohmann::json> events;
  for_each_json_line(file, [&](int64_t, nlohmann::json event) { events.push_back(std::move(event)); });
  return events;
}

std::optional<nlohmann::json> last_event(const fs::path& file) {
  return last_json_line(file);
}

}  // namespace rnb
