#pragma once
// Golden vectors: inputs and expected values of published formulas, in JSON files that come from elsewhere.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb {

// One case of a file: {"name", "hyper", "inputs", "expected"} and the file's absolute tolerance.
using GoldenHandler = std::function<void(const nlohmann::json& one, double tolerance)>;

std::filesystem::path golden_folder();  // tests/golden, or the folder RNB_GOLDEN_DIR
void expect_near(const std::vector<double>& found, const std::vector<double>& expected, double tolerance,
                 const std::string& what);
// Fails for a key of the object that is not among the known ones.
void expect_keys(const nlohmann::json& object, const std::vector<std::string>& known);
void nobody(const std::string& key);  // fails: the handler does not know the key
double trailing_number(const std::string& key,
                       const std::string& prefix);  // after the prefix, to the key's end
std::string text(const nlohmann::json& number);     // exact, as the value of an option

// Runs the handler over every case of a file, which must have been declared as a GoldenFile.
void check_file(const std::string& name, const GoldenHandler& handler);

// Declares, at namespace scope, that the test file reads these vectors: a file that nobody reads fails.
struct GoldenFile {
  explicit GoldenFile(const std::string& name);
};
const std::vector<std::string>& golden_files_read();

}  // namespace rnb
