#include "datasets/source_digests.h"

#include <set>

#include "base/error.h"
#include "base/sha256.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

// The last `components` of a path; all of it where it has no more.
std::string tail(const fs::path& path, size_t components) {
  fs::path out = path.filename(), rest = path.parent_path();
  for (size_t i = 1; i < components && rest.has_relative_path(); ++i) {
    out = rest.filename() / out;
    rest = rest.parent_path();
  }
  return out.string();
}

}  // namespace

std::map<fs::path, std::string> distinct_names(const std::vector<fs::path>& files) {
  std::map<fs::path, fs::path> whole;  // two ways to write one path are one file
  std::set<fs::path> open;
  for (const fs::path& file : files) open.insert(whole[file] = fs::absolute(file).lexically_normal());
  std::map<fs::path, std::string> names;
  for (size_t components = 1; !open.empty(); ++components) {
    std::map<std::string, std::vector<fs::path>> called;
    for (const fs::path& path : open) called[tail(path, components)].push_back(path);
    for (const auto& [name, paths] : called)
      if (paths.size() == 1) {
        names[paths.front()] = name;
        open.erase(paths.front());
      }
  }
  std::map<fs::path, std::string> out;
  for (const auto& [file, path] : whole) out[file] = names.at(path);
  return out;
}

SourceDigests::SourceDigests(const std::vector<fs::path>& files) : names_(distinct_names(files)) {
  for (const auto& [file, name] : names_) digests_[file] = sha256_file(file);
}

const std::string& SourceDigests::sha256(const fs::path& file) const {
  const auto it = digests_.find(file);
  RNB_ASSERT(it != digests_.end());
  return it->second;
}

nlohmann::json SourceDigests::by_name() const {
  nlohmann::json out = nlohmann::json::object();
  for (const auto& [file, name] : names_) out[name] = digests_.at(file);
  return out;
}

}  // namespace rnb
