#pragma once
// A WebDataset tar as samples: members that follow one another and share the name up to its first dot.

#include <map>
#include <optional>
#include <string>

#include "datasets/webdataset/tar_members.h"

namespace rnb {

struct WebSample {
  std::string key;
  std::map<std::string, TarMember> parts;  // by extension in lower case: "jpg", "txt", "json"
};

class WebSamples {
 public:
  explicit WebSamples(const std::filesystem::path& tar) : members_(tar) {}
  std::optional<WebSample> next();  // throws what TarMembers does
  const TarMembers& tar() const { return members_; }

 private:
  TarMembers members_;
  std::optional<TarMember> ahead_;
};

}  // namespace rnb
