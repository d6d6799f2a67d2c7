#pragma once
// NumPy .npy files: mapped for reading, streamed for writing.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/npy_header.h"

namespace rnb {

class NpyArray {
 public:
  // Throws Error naming the file where it cannot be opened, and for what read_npy_header refuses.
  explicit NpyArray(const std::filesystem::path& file);
  const NpyHeader& header() const { return header_; }
  const std::vector<int64_t>& shape() const { return header_.shape; }
  NpyType type() const { return header_.type; }
  int64_t size() const { return header_.elements; }

  // All elements, row-major; throws Error when the file holds another type. Booleans are read as uint8_t.
  template <typename T>
  std::span<const T> values() const {
    if (header_.type != npy_type<T>()) require_booleans_as(npy_type<T>());
    return {reinterpret_cast<const T*>(map_.bytes().data() + header_.data_offset),
            static_cast<size_t>(header_.elements)};
  }
  // The same as bytes, of any type.
  std::span<const std::byte> data() const;

 private:
  void require_booleans_as(NpyType expected) const;
  std::string file_;
  MappedFile map_;
  NpyHeader header_;
};

// Writes rows as they come; close() fills in the row count. Not atomic by itself: write inside an
// AtomicFolder, or to temporary_name() followed by commit_file().
class NpyWriter {
 public:
  // `row_shape` is the shape of one row: empty for a vector of scalars.
  NpyWriter(const std::filesystem::path& file, NpyType type, std::vector<int64_t> row_shape = {});
  // Any part of the elements that follow, of the type that was named above.
  template <typename T>
  void append(std::span<const T> values) {
    RNB_ASSERT(npy_type<T>() == type_);
    write(values.data(), values.size_bytes());
  }
  void close();  // throws Error when the disk is full; the last row must be whole

 private:
  void write(const void* data, size_t bytes);
  std::string header(int64_t rows) const;
  std::filesystem::path file_;
  NpyType type_;
  std::vector<int64_t> row_shape_;
  std::ofstream out_;
  uint64_t bytes_ = 0;
};

// A whole .npy file in memory.
std::string npy_content(NpyType type, const std::vector<int64_t>& shape, std::span<const std::byte> data);

// Writes a whole array under its final name, atomically.
void write_npy_bytes(const std::filesystem::path& file, NpyType type, const std::vector<int64_t>& shape,
                     std::span<const std::byte> data);

template <typename T>
void write_npy(const std::filesystem::path& file, std::span<const T> values,
               const std::vector<int64_t>& shape) {
  write_npy_bytes(file, npy_type<T>(), shape, std::as_bytes(values));
}

}  // namespace rnb
