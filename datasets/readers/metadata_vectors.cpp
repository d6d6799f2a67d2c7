#include "datasets/readers/metadata_vectors.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "datasets/readers/npz.h"
#include "datasets/readers/parquet_rows.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

// The uids of an .npz's rows, and the file that lists them.
std::pair<fs::path, std::vector<Uid>> uids_beside(const fs::path& npz) {
  const fs::path npy = fs::path(npz).replace_extension(".npy"),
                 parquet = fs::path(npz).replace_extension(".parquet");
  if (fs::exists(npy)) return {npy, read_uids(npy)};
  if (!fs::exists(parquet))
    fail(
        "datacomp",
        "{}: which uids its rows belong to is not known; expected {} with a column uid, or {} of dtype u8,u8",
        npz.string(), parquet.filename().string(), npy.filename().string());
  std::vector<Uid> uids;
  ParquetRows rows({parquet}, {"uid"}, {});
  while (const auto row = rows.next()) {
    const auto& value = row->values.at("uid");
    const auto uid = value.is_string() ? parse_uid(value.get<std::string>()) : std::nullopt;
    if (!uid) fail("datacomp", "{}: uid is {}; expected 32 hexadecimal digits", row->where, value.dump());
    uids.push_back(*uid);
  }
  return {parquet, uids};
}

}  // namespace

MetadataVectors::MetadataVectors(const fs::path& from, std::string array) : array_(std::move(array)) {
  if (fs::is_directory(from)) {
    for (const auto& entry : fs::directory_iterator(from))
      if (entry.path().extension() == ".npz") npz_.push_back(entry.path());
    std::sort(npz_.begin(), npz_.end());
  } else {
    npz_.push_back(from);
  }
  if (npz_.empty()) fail("datacomp", "{}: holds no .npz with embeddings", from.string());
  for (const fs::path& file : npz_) {
    const auto [uids, listed] = uids_beside(file);
    files_.push_back(file);
    files_.push_back(uids);
    if (listed.size() > UINT32_MAX) fail("datacomp", "{}: lists {} uids", uids.string(), listed.size());
    for (size_t row = 0; row < listed.size(); ++row)
      places_.push_back({listed[row], static_cast<uint32_t>(rows_.size()), static_cast<uint32_t>(row)});
    rows_.push_back(static_cast<int64_t>(listed.size()));
  }
  std::stable_sort(places_.begin(), places_.end(),
                   [](const Place& a, const Place& b) { return a.uid < b.uid; });
  open(0);
}

void MetadataVectors::open(uint32_t file) {
  if (opened_ == file) return;
  const auto array = NpzFile(npz_[file]).read(array_);
  const auto& shape = array.header.shape;
  if (shape.size() != 2 || shape[0] != rows_[file] || shape[1] < 1 || (dim_ > 0 && shape[1] != dim_))
    fail("datacomp", "{}: has shape [{}]; expected {} rows, one per uid{}", array.where,
         fmt::join(shape, ", "), rows_[file], dim_ > 0 ? fmt::format(", of width {}", dim_) : "");
  dim_ = shape[1];
  values_ = array.floats();
  opened_ = file;
}

bool MetadataVectors::find(const Uid& uid, std::vector<float>& vector) {
  const auto it = std::lower_bound(places_.begin(), places_.end(), uid,
                                   [](const Place& p, const Uid& wanted) { return p.uid < wanted; });
  if (it == places_.end() || it->uid != uid) return false;
  open(it->file);
  const auto* const row = values_.data() + static_cast<int64_t>(it->row) * dim_;
  vector.assign(row, row + dim_);
  return std::all_of(vector.begin(), vector.end(), [](float x) { return std::isfinite(x); });
}

}  // namespace rnb
