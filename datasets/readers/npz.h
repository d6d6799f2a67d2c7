#pragma once
// NumPy .npz files (zip archives of .npy, stored or deflated) through libzip.

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/npy.h"

namespace rnb {

class NpzFile {
 public:
  explicit NpzFile(const std::filesystem::path& file);  // throws Error naming the file
  ~NpzFile();
  NpzFile(NpzFile&&) noexcept;
  const std::vector<std::string>& names() const { return names_; }  // without ".npy"
  bool has(const std::string& name) const;

  struct Array {
    std::string where;    // file and name, for messages
    std::string content;  // the whole .npy
    NpyHeader header;
    // As float32: from float16, float32 or float64; Error for any other type.
    std::vector<float> floats() const;
    std::string_view data() const { return std::string_view(content).substr(header.data_offset); }
  };
  Array read(const std::string& name) const;  // Error with the names that are there

 private:
  struct Archive;
  std::filesystem::path file_;
  std::unique_ptr<Archive> archive_;
  std::vector<std::string> names_;
};

// float32 arrays by name, stored, under the final name atomically.
struct FloatArray {
  std::vector<int64_t> shape;
  std::span<const float> values;
};
void write_npz(const std::filesystem::path& file, const std::map<std::string, FloatArray>& arrays);

float float_of_half(uint16_t half);  // IEEE 754 binary16

}  // namespace rnb
