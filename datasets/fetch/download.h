#pragma once
// One file from a server to the disk: resumed where it was cut, checked, and under its name only when whole.

#include <cstdint>
#include <filesystem>
#include <string>

#include "datasets/fetch/checksum.h"
#include "datasets/fetch/http.h"
#include "datasets/fetch/retry.h"

namespace rnb {

struct DownloadTarget {
  std::string url;
  std::filesystem::path file;
  int64_t size = -1;    // -1: not known
  Checksum checksum;    // None: what the home origin says on the way counts
  bool pinned = false;  // the checksum comes from the catalogue: the server has no say
  std::string label;    // of the progress line
};

struct Downloaded {
  bool was_there = false;
  int64_t bytes = 0;
  Checksum checked;  // what the content was compared with
};

// Whether FILE is there and, as far as it can be told, whole.
bool already_there(const DownloadTarget& target);

// UnreachableError, MissingFileError, MismatchError, FetchStopped, BusyError, Error.
Downloaded download(HttpClient& client, DownloadTarget target, const RetryPolicy& policy);

}  // namespace rnb
