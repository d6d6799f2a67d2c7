#pragma once
// JSON lines read one at a time: a row, or what is wrong with it.

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "datasets/source.h"

namespace rnb {

class JsonlSource : public Source {
 public:
  // `convert` fills an example from an object, or returns why it cannot; `line` is 1-based.
  using Convert = std::function<std::string(const nlohmann::json& object, int64_t line, Example& example)>;
  JsonlSource(std::filesystem::path file, const SourceOptions& options, Convert convert);
  std::optional<Row> next() override;
  std::vector<std::filesystem::path> files() const override { return {file_}; }

 private:
  // The next line that is not blank, or nullopt at the end; a line past the cap is cut there.
  std::optional<std::string> next_line();
  Row parse(const std::string& line);
  std::filesystem::path file_;
  Convert convert_;
  std::ifstream in_;
  int64_t line_ = 0;
  int64_t rows_ = 0;        // lines read that were not blank
  std::vector<bool> keep_;  // by row, 0-based; empty: all
};

// The text member `key`, or why there is none.
std::string text_member(const nlohmann::json& object, const std::string& key, std::string& out);

}  // namespace rnb
