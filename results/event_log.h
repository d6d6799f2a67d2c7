#pragma once
// The append-only log of a run, events.jsonl: the truth while a run is going, and what run.h5 is made from.
// One JSON object a line; docs/results-format.md lists the events. A torn last line (a killed process) is
// tolerated.

#include <cstdint>
#include <filesystem>
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
  void append(const nlohmann::json& event);  // one write(2) a line; Error when the disk is full
  void flush();                              // fsync
  int64_t bytes() const { return bytes_; }   // length so far

 private:
  std::filesystem::path file_;
  int fd_ = -1;
  int64_t bytes_ = 0;
};

// All whole lines; a torn last line is dropped, a malformed line elsewhere is an Error with its number. JSON
// null in a numeric array means NaN.
std::vector<nlohmann::json> read_events(const std::filesystem::path& file);

}  // namespace rnb
