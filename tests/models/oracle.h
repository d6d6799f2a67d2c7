#pragma once
// Python with transformers and sentence-transformers, against which the models are held.

#include <cstdlib>
#include <filesystem>
#include <string>

namespace rnb {

inline constexpr const char* kNoOracle = "scripts/setup.sh --oracle installs transformers";

inline std::string oracle_python() {
  return RNB_SOURCE_DIR "/.venv-oracle/bin/python";
}
inline bool oracle_is_installed() {
  return std::filesystem::exists(oracle_python());
}
// Python's exit code is 0. `arguments` as a shell reads them.
inline bool oracle_succeeds(const std::string& arguments) {
  return std::system((oracle_python() + " " + arguments + " 2>/dev/null").c_str()) == 0;
}
// The same for a script of tests/oracle/.
inline bool oracle_makes(const std::string& script, const std::string& arguments) {
  return oracle_succeeds(RNB_SOURCE_DIR "/tests/oracle/" + script + " " + arguments);
}

}  // namespace rnb
