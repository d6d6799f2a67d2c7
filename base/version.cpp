#include "base/version.h"

#include <string_view>

#include <fmt/core.h>

namespace rnb {

std::string version() {
  return RNB_VERSION;
}

std::string full_version() {
  constexpr size_t kShownDigits = 12;
  const BuildStamp stamp = build_stamp();
  const std::string_view commit = stamp.commit;
  if (commit.empty()) return fmt::format("{} (built outside a git checkout)", version());
  return fmt::format("{} (commit {}{})", version(), commit.substr(0, kShownDigits),
                     *stamp.diff_digest ? ", with changes" : "");
}

}  // namespace rnb
