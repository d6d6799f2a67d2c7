#pragma once
// Files and folders that appear whole or not at all: written under a temporary name beside the final one,
// flushed to the disk, renamed. A full disk or a killed process leaves nothing under the final name.

#include <filesystem>
#include <string>
#include <string_view>

namespace rnb {

void write_file_atomic(const std::filesystem::path& file, std::string_view content);

// Flushes a finished temporary file and moves it to its final name.
void commit_file(const std::filesystem::path& temporary, const std::filesystem::path& final_name);

// Where a file that will be committed to `final_name` should be written; the same folder, so the rename is
// atomic.
std::filesystem::path temporary_name(const std::filesystem::path& final_name);

// A folder under construction. Write into path(); commit() flushes its files and renames it to the final
// name. Without commit() the destructor removes it.
class AtomicFolder {
 public:
  explicit AtomicFolder(std::filesystem::path final_name);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;
  const std::filesystem::path& path() const { return temporary_; }
  void commit();  // replaces an existing folder of that name

 private:
  std::filesystem::path final_, temporary_;
  bool committed_ = false;
};

}  // namespace rnb
