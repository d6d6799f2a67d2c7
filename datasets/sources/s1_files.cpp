#include "datasets/sources/s1_files.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "datasets/sources/path_list.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> with_extension(const fs::path& folder, const char* extension) {
  std::vector<fs::path> out;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code))
    if (entry.is_regular_file() && entry.path().extension() == extension) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

// 19 of "train-00003-of-00019.parquet"; 0 for another name.
size_t shards_named(const fs::path& file) {
  const std::string stem = file.stem().string();
  const size_t at = stem.rfind("-of-");
  size_t n = 0;
  if (at == std::string::npos) return 0;
  const char *begin = stem.data() + at + 4, *end = stem.data() + stem.size();
  const auto [last, code] = std::from_chars(begin, end, n);
  return code == std::errc() && last == end ? n : 0;
}

}  // namespace

S1Files find_s1_files(const fs::path& from) {
  S1Files out;
  if (fs::is_regular_file(from)) {
    out.parquet = from.extension() == ".parquet";
    out.files = {from};
    return out;
  }
  for (const fs::path& folder : {from / "data", from}) {
    if (out.files.empty()) out.files = with_extension(folder, ".parquet");
    // Of several splits in a folder, as the Hub names them, the training data is meant.
    if (std::any_of(out.files.begin(), out.files.end(),
                    [](const fs::path& f) { return f.filename().string().starts_with("train-"); }))
      std::erase_if(out.files,
                    [](const fs::path& f) { return !f.filename().string().starts_with("train-"); });
  }
  if (!out.files.empty()) {
    out.parquet = true;
    if (const size_t all = shards_named(out.files.front()); all > out.files.size())
      out.notes.push_back(fmt::format("{} of {} shards are there", out.files.size(), all));
    return out;
  }
  for (const fs::path& folder : {from, from / "data"})
    if (out.files.empty()) out.files = with_extension(folder, ".jsonl");
  if (out.files.size() > 1)
    fail("s1", "{}: holds several .jsonl files: {}; name one with --from", from.string(),
         path_list(out.files));
  if (out.files.empty()) fail("s1", "{}: holds no data; expected {}", from.string(), kS1Files);
  return out;
}

}  // namespace rnb
