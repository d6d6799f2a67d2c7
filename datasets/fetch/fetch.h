#pragma once
// An entry of the catalogue -> files in a folder: asks the server what there is, checks the room, downloads,
// unpacks, and notes what was fetched in FOLDER/.fetched.json.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/fetch/catalogue.h"
#include "datasets/fetch/checksum.h"
#include "datasets/fetch/retry.h"

namespace rnb {

struct FetchOptions {
  std::filesystem::path out;          // empty: the entry's own folder
  std::string revision;               // empty: the entry's own
  std::vector<std::string> patterns;  // empty: the entry's own
  std::string hub = "https://huggingface.co", github = "https://github.com";
  std::string token;  // goes to `hub` alone
  double stall_seconds = 60;
  RetryPolicy retry;
  bool keep_archive = false;
  std::string user_agent = "rnb";
  std::function<bool()> stop;
  std::function<int64_t(const std::filesystem::path&)> free_bytes;  // empty: the file system's
};

struct PlannedFile {
  std::string url;
  std::filesystem::path file;   // below the folder
  int64_t size = -1, have = 0;  // bytes of the whole, and those of it that are on the disk
  Checksum checksum;
  bool pinned = false, optional = false, missing = false, there = false;
};

struct FetchPlan {
  std::filesystem::path folder;
  std::string source, revision;  // page of the original; the commit, where it is known
  std::vector<PlannedFile> files;
  std::optional<std::filesystem::path> unpacked;  // folder that an archive becomes
  int64_t unpacked_bytes = 0;                     // about
  bool unpacked_there = false;
  int64_t missing_bytes() const;  // still to come, of the files whose size is known
  int64_t needed_bytes() const;   // on the disk, with what is unpacked
};

struct FetchedFile {
  std::filesystem::path file;
  int64_t bytes = 0;
  enum class Outcome { Fetched, There, Missing, Failed, Mismatched } outcome = Outcome::Fetched;
  Checksum checked = {};
  std::string error = {};
};

struct FetchReport {
  std::vector<FetchedFile> files;
  bool complete() const;  // nothing failed
  int count(FetchedFile::Outcome outcome) const;
};

// Asks the server. Errors as in download.h.
FetchPlan plan_fetch(const CatalogueEntry& entry, const FetchOptions& options);
// From the catalogue alone, sizes being about.
FetchPlan plan_unasked(const CatalogueEntry& entry, const FetchOptions& options);

// Error where the disk has less room than the plan needs.
void check_room(const FetchPlan& plan, const FetchOptions& options);

// `done` is told of each file. A file that fails does not stop the others, unless the server cannot be
// reached.
FetchReport run_fetch(const CatalogueEntry& entry, const FetchPlan& plan, const FetchOptions& options,
                      const std::function<void(const FetchedFile&)>& done);

}  // namespace rnb
