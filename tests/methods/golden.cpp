#include "tests/methods/golden.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <gtest/gtest.h>

#include "base/json_file.h"

namespace rnb {
namespace {

std::vector<std::string>& declared() {
  static std::vector<std::string> names;  // filled before main
  return names;
}

}  // namespace

GoldenFile::GoldenFile(const std::string& name) {
  declared().push_back(name);
}

const std::vector<std::string>& golden_files_read() {
  return declared();
}

std::filesystem::path golden_folder() {
  const char* given = std::getenv("RNB_GOLDEN_DIR");
  return given ? std::filesystem::path(given) : std::filesystem::path(RNB_SOURCE_DIR) / "tests/golden";
}

void expect_near(const std::vector<double>& found, const std::vector<double>& expected, double tolerance,
                 const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], tolerance) << what << " " << i;
}

void expect_keys(const nlohmann::json& object, const std::vector<std::string>& known) {
  for (const auto& [key, value] : object.items())
    EXPECT_NE(std::find(known.begin(), known.end(), key), known.end()) << "nobody handles key " << key;
}

void nobody(const std::string& key) {
  ADD_FAILURE() << "nobody handles key " << key;
}

double trailing_number(const std::string& key, const std::string& prefix) {
  double value = 0;
  const char* const end = key.data() + key.size();
  const auto [at, code] = std::from_chars(key.data() + prefix.size(), end, value);
  EXPECT_TRUE(code == std::errc() && at == end) << "no number at the end of key " << key;
  return value;
}

std::string text(const nlohmann::json& number) {
  return number.dump();
}

void check_file(const std::string& name, const GoldenHandler& handler) {
  EXPECT_NE(std::find(declared().begin(), declared().end(), name), declared().end())
      << name << " has no GoldenFile declaration";
  const auto file = read_json_file(golden_folder() / name);
  ASSERT_FALSE(file.at("cases").empty());
  for (const auto& one : file.at("cases")) {
    SCOPED_TRACE(name + ": " + one.at("name").get<std::string>());
    ASSERT_FALSE(one.at("expected").empty());
    handler(one, file.at("abs_tolerance").get<double>());
  }
}

}  // namespace rnb
