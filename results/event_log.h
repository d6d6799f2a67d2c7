#pragma once
// The append-only log of a run, events.jsonl: the truth while a run is going, and what run.h5 is made from.
// One JSON object per line; docs/results-format.md lists the events. A torn last line (a killed process) is
// tolerated.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb {

class EventLog {
 public:
  // Opens for appending. `keep_bytes` >= 0 first cuts the file back to that length: the place a checkpoint
  // remembers.
  explicit EventLog(std::filesystem::path file, int64_t keep_bytes = -1);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;
  void append(const nlohmann::json& event);  // one write(2) per line; Error when the disk is full
  void flush();                              // fsync
  int64_t bytes() const { return bytes_; }   // length so far

 private:
  struct Opened {};
  EventLog(std::filesystem::path file, Opened);
  void go_to(int64_t offset, int from);  // lseek
  std::filesystem::path file_;
  int fd_ = -1;
  int64_t bytes_ = 0;
};

// The readers below drop a torn last line. JSON null in a numeric array means NaN.

// Each event with its line number, in order, one at a time. Error naming file and line where a line is not a
// JSON object.
void for_each_event(const std::filesystem::path& file,
                    const std::function<void(int64_t line, nlohmann::json event)>& visit);

// All lines at once, objects or not; a malformed one is an Error with its number.
std::vector<nlohmann::json> read_events(const std::filesystem::path& file);

// The last line, read from the end of the file alone; none: the log has no whole line.
std::optional<nlohmann::json> last_event(const std::filesystem::path& file);

}  // namespace rnb
