#include "datasets/webdataset/samples.h"

#include <algorithm>
#include <cctype>

namespace rnb {
namespace {

// "a/b.c.jpg" -> "a/b", "c.jpg". A name that begins with a dot (macOS's "._x.jpg") has an empty last part.
std::pair<std::string, std::string> split(const std::string& name) {
  const size_t base = name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1;
  const size_t dot = name.find('.', base);
  if (dot == std::string::npos) return {name, ""};
  std::string extension = name.substr(dot + 1);
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return {name.substr(0, dot), extension};
}

}  // namespace

std::optional<WebSample> WebSamples::next() {
  std::optional<WebSample> sample;
  for (;;) {
    auto member = ahead_ ? std::exchange(ahead_, std::nullopt) : members_.next();
    if (!member) return sample;
    auto [key, extension] = split(member->name);
    if (key.empty() || key.ends_with('/') || extension.empty()) continue;  // hidden files, READMEs
    if (sample && sample->key != key) {
      ahead_ = std::move(member);
      return sample;
    }
    if (!sample) sample = WebSample{key, {}};
    sample->parts.emplace(extension, *member);
  }
}

}  // namespace rnb
