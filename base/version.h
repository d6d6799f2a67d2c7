#pragma once
// What the running program was built from. The stamp is written at build time (cmake/stamp_commit.cmake) and
// linked into the programs alone: a new commit links two files anew, no library and no test.

#include <string>

namespace rnb {

struct BuildStamp {
  const char* commit;       // 40 hex digits; empty: built outside a git checkout
  const char* diff_digest;  // SHA-256 of `git diff HEAD`; empty: nothing was changed
};

BuildStamp build_stamp();

std::string version();       // "0.1.0"
std::string full_version();  // "0.1.0 (commit 67ddb1b0a4f2, with changes)"

}  // namespace rnb
