#pragma once
// SHA-256 of the files that a store is made of, under names that do not depend on where these lie.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb {

// By path, a name that no other of these files has: its own, or with as many of its folders as tell it from
// those of the same name ("a/tasks.tsv", "b/tasks.tsv"). Stores made before two could have one name keep
// theirs.
std::map<std::filesystem::path, std::string> distinct_names(const std::vector<std::filesystem::path>& files);

class SourceDigests {
 public:
  // Reads every file whole; throws Error naming one that cannot be read.
  explicit SourceDigests(const std::vector<std::filesystem::path>& files);
  // Of one of these files, as hexadecimal digits.
  const std::string& sha256(const std::filesystem::path& file) const;
  nlohmann::json by_name() const;  // {distinct name: SHA-256}

 private:
  std::map<std::filesystem::path, std::string> names_, digests_;
};

}  // namespace rnb
