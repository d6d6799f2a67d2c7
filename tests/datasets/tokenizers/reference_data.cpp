#include "tests/datasets/tokenizers/reference_data.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace rnb {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "rnb-tokenizers-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("cannot make a temporary folder");
  path_ = name;
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path fixtures() {
  return fs::path(RNB_SOURCE_DIR) / "tests/datasets/tokenizers/fixtures";
}

std::vector<ReferenceRow> reference_rows(const std::string& tokenizer) {
  std::ifstream in(fixtures() / "ids.jsonl");
  std::vector<ReferenceRow> rows;
  for (std::string line; std::getline(in, line);) {
    const auto row = nlohmann::json::parse(line);
    rows.push_back({row.at("text"), row.at(tokenizer)});
  }
  if (rows.empty()) throw std::runtime_error("fixtures/ids.jsonl has no rows");
  return rows;
}

std::vector<JsonRow> json_rows(const std::string& folder) {
  std::ifstream in(fixtures() / folder / "ids.jsonl");
  std::vector<JsonRow> rows;
  for (std::string line; std::getline(in, line);) {
    const auto row = nlohmann::json::parse(line);
    rows.push_back({row.at("text"), row.at("ids"), row.at("with_specials")});
  }
  if (rows.empty()) throw std::runtime_error(folder + "/ids.jsonl has no rows");
  return rows;
}

std::optional<fs::path> unpacked(const TemporaryFolder& folder, const std::string& archive,
                                 const std::string& member) {
  const char* data = std::getenv("RNB_DATA_DIR");
  if (!data) return std::nullopt;
  const std::string command = "tar -xJf '" + (fs::path(data) / archive).string() + "' -C '" +
                              folder.path().string() + "' '" + member + "'";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  return folder.path() / member;
}

}  // namespace rnb
