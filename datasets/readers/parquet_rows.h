#pragma once
// Rows of Parquet files, some columns of them, one after the other. A Python program with pyarrow reads the
// files (parquet_rows.py; Debian 12 has no Arrow for C++) and sends JSON lines; memory is bounded by a batch
// there and a row here.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb {

class ChildProcess;

class ParquetRows {
 public:
  // `required` columns must be in every file; `optional` ones are read where they are. Error naming the file,
  // also for one that is no Parquet file (a Git LFS pointer, say) or cut.
  ParquetRows(std::vector<std::filesystem::path> files, const std::vector<std::string>& required,
              const std::vector<std::string>& optional);
  ~ParquetRows();

  int64_t rows() const { return rows_; }  // of all files, as their footers say

  struct Row {
    std::string where;      // "file.parquet: row 17", 1-based
    nlohmann::json values;  // an object; absent values are null
  };
  std::optional<Row> next();  // Error when the reader fails, or ends early

 private:
  nlohmann::json message();
  std::vector<std::filesystem::path> files_;
  std::unique_ptr<ChildProcess> reader_;
  int64_t rows_ = 0, read_ = 0;
  bool ended_ = false;
};

}  // namespace rnb
