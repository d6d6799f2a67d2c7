#pragma once
// Embeddings that came with a data set, by uid. DataComp's metadata has them in .npz files (l14_img, b32_img,
// ...) whose rows follow those of a file of the same name that lists the uids: X.npz beside
// X.parquet with a column uid, or X.npy of dtype u8,u8.

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/readers/uid_subset.h"

namespace rnb {

class MetadataVectors {
 public:
  // `from`: one .npz, or a folder of them. Throws Error naming the file: no uids beside it, as many rows as
  // it has not, no such array, arrays of different widths.
  MetadataVectors(const std::filesystem::path& from, std::string array);
  int64_t dim() const { return dim_; }
  const std::vector<std::filesystem::path>& files() const { return files_; }  // .npz and uids
  // False: no row has that uid. Files are read when the first of their rows is asked for, and the last one
  // stays in memory: rows in the files' own order are cheap.
  bool find(const Uid& uid, std::vector<float>& vector);

 private:
  struct Place {
    Uid uid;
    uint32_t file, row;
  };
  void open(uint32_t file);
  std::string array_;
  std::vector<std::filesystem::path> npz_, files_;
  std::vector<int64_t> rows_;  // of each npz
  std::vector<Place> places_;  // ascending by uid
  int64_t dim_ = 0;
  uint32_t opened_ = UINT32_MAX;
  std::vector<float> values_;  // of the opened file
};

}  // namespace rnb
