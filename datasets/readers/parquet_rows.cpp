#include "datasets/readers/parquet_rows.h"

#include <chrono>
#include <fstream>

#include "base/child_process.h"
#include "base/error.h"
#include "base/installation.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::minutes kPatience{10};  // for one line; a slow disk may take long to give a row group

// What Python would say last and less plainly.
void require_parquet(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in || fs::is_directory(file)) fail("parquet", "{}: cannot be opened", file.string());
  std::string start(64, '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<size_t>(in.gcount()));
  if (start.starts_with("version https://git-lfs"))
    fail("parquet", "{}: is a Git LFS pointer, not the data; `git lfs pull` in its repository fetches it",
         file.string());
  if (!start.starts_with("PAR1"))
    fail("parquet", "{}: is not a Parquet file (it does not start with PAR1)", file.string());
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace

ParquetRows::ParquetRows(std::vector<fs::path> files, const std::vector<std::string>& required,
                         const std::vector<std::string>& optional)
    : files_(std::move(files)) {
  RNB_ASSERT(!files_.empty());
  for (const fs::path& file : files_) require_parquet(file);
  const Installation here = this_installation();
  std::vector<std::string> words{here.python().string(), here.parquet_reader().string(),
                                 "--required=" + joined(required), "--optional=" + joined(optional), "--"};
  for (const fs::path& file : files_) words.push_back(file.string());
  try {
    reader_ = std::make_unique<ChildProcess>(words);
  } catch (const ChildFailure& e) {
    fail("parquet", "the reader of Parquet files: {}; scripts/setup.sh installs Python for it", e.what());
  }
  const auto first = message();
  const auto it = first.find("rows");
  if (it == first.end() || !it->is_array() || it->size() != files_.size())
    fail("parquet", "the reader of Parquet files sent something else than its rows: {}", first.dump());
  for (const auto& n : *it) rows_ += n.is_number_integer() ? n.get<int64_t>() : 0;
}

ParquetRows::~ParquetRows() = default;

nlohmann::json ParquetRows::message() {
  try {
    auto json = nlohmann::json::parse(reader_->read_line(kPatience));
    if (!json.is_object()) fail("parquet", "the reader of Parquet files sent {}", json.dump());
    if (const auto error = json.find("error"); error != json.end() && error->is_string())
      fail("parquet", "{}", error->get<std::string>());
    return json;
  } catch (const ChildFailure& e) {
    fail("parquet", "the reader of Parquet files: {}", e.what());
  } catch (const nlohmann::json::exception& e) {
    fail("parquet", "the reader of Parquet files sent a line that is not JSON: {}", e.what());
  }
}

std::optional<ParquetRows::Row> ParquetRows::next() {
  if (ended_) return std::nullopt;
  auto json = message();
  if (json.contains("end")) {
    ended_ = true;
    if (json.at("end") != read_ || read_ != rows_)
      fail("parquet", "{}: {} rows were read, the files' footers say {}", files_.front().string(), read_,
           rows_);
    return std::nullopt;
  }
  const auto number = [&](const char* key) {
    const auto it = json.find(key);
    return it != json.end() && it->is_number_integer() ? it->get<int64_t>() : int64_t{-1};
  };
  const int64_t file = number("file"), row = number("row");
  if (file < 0 || file >= static_cast<int64_t>(files_.size()) || row < 0 || !json.contains("values") ||
      !json.at("values").is_object())
    fail("parquet", "the reader of Parquet files sent no row");
  ++read_;
  return Row{fmt::format("{}: row {}", files_[static_cast<size_t>(file)].string(), row),
             std::move(json["values"])};
}

}  // namespace rnb
