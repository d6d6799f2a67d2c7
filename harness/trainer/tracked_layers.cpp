#include "harness/trainer/tracked_layers.h"

#include <algorithm>
#include <iterator>
#include <regex>

#include "base/error.h"

namespace rnb {
namespace {

std::vector<std::string> last_of(const std::vector<std::string>& names, size_t n) {
  return {names.end() - static_cast<std::ptrdiff_t>(std::min(n, names.size())), names.end()};
}

}  // namespace

std::vector<std::string> tracked_layers(const LayerChoice& choice, const std::vector<std::string>& names,
                                        size_t last) {
  RNB_ASSERT(choice.kind != LayerChoice::Kind::All);
  if (choice.kind == LayerChoice::Kind::Last) return last_of(names, last);
  if (choice.kind == LayerChoice::Kind::Count) return last_of(names, choice.count);
  std::vector<std::string> out;
  const std::regex pattern(choice.pattern);
  std::copy_if(names.begin(), names.end(), std::back_inserter(out),
               [&](const std::string& name) { return std::regex_search(name, pattern); });
  if (out.empty())
    fail_usage("track", "'pattern:{}' matches no linear layer; the first and last are {} and {}",
               choice.pattern, names.front(), names.back());
  return out;
}

}  // namespace rnb
