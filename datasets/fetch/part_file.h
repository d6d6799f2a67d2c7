#pragma once
// A file on its way: FILE.part holds what has come so far, FILE.part.json what it is a part of. Only one
// process at a time writes it.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "datasets/fetch/checksum.h"

namespace rnb {

struct PartState {
  std::string etag, last_modified;  // of the answer that the bytes came from
  int64_t size = -1;                // of the whole; -1: not known
  Checksum checksum;
};

class PartFile {
 public:
  explicit PartFile(std::filesystem::path final_name);  // BusyError while another process has it
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::filesystem::path& path() const { return part_; }
  int64_t size() const { return size_; }
  const PartState& state() const { return state_; }
  void restart(const PartState& state);  // empty, of another whole
  void append(std::string_view bytes);
  void finish();   // flushed, under its final name
  void discard();  // nothing is left of it

 private:
  void read_state();
  std::filesystem::path final_, part_, notes_;
  int fd_ = -1;
  int64_t size_ = 0;
  PartState state_;
};

int64_t part_size(const std::filesystem::path& final_name);  // 0 where there is none

}  // namespace rnb
