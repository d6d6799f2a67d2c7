#pragma once
// NumPy .npy files (format 1.0/2.0/3.0, little-endian, C order): mapped for reading, streamed for writing.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/mapped_file.h"

namespace rnb {

template <typename T>
constexpr std::string_view npy_descr();  // "<f4", "<i8", ...
template <>
constexpr std::string_view npy_descr<float>() {
  return "<f4";
}
template <>
constexpr std::string_view npy_descr<double>() {
  return "<f8";
}
template <>
constexpr std::string_view npy_descr<int32_t>() {
  return "<i4";
}
template <>
constexpr std::string_view npy_descr<int64_t>() {
  return "<i8";
}
template <>
constexpr std::string_view npy_descr<uint8_t>() {
  return "|u1";
}
template <>
constexpr std::string_view npy_descr<int8_t>() {
  return "|i1";
}
template <>
constexpr std::string_view npy_descr<uint16_t>() {
  return "<u2";
}

// What stands before the data of a .npy file in memory; `where` starts every message. Throws Error: not .npy,
// truncated, Fortran order, an element type that is no plain number, ...
struct NpyHeader {
  std::string descr;
  std::vector<int64_t> shape;
  size_t data_offset = 0;
  size_t item_bytes = 0;
  int64_t size() const;  // number of elements
};
NpyHeader read_npy_header(std::string_view file_content, const std::string& where);

class NpyArray {
 public:
  explicit NpyArray(const std::filesystem::path&
                        file);  // throws Error: not .npy, truncated, Fortran order, misaligned, ...
  const std::vector<int64_t>& shape() const { return header_.shape; }
  const std::string& descr() const { return header_.descr; }
  int64_t size() const { return header_.size(); }  // number of elements

  // All elements, row-major; throws Error when the file holds another type.
  template <typename T>
  std::span<const T> values() const {
    check_descr(npy_descr<T>());
    return {reinterpret_cast<const T*>(map_.bytes().data() + header_.data_offset),
            static_cast<size_t>(size())};
  }

 private:
  void check_descr(std::string_view expected) const;
  std::string file_;
  MappedFile map_;
  NpyHeader header_;
};

// Writes rows as they come; close() fills in the row count. Not atomic by itself: write inside an
// AtomicFolder, or to temporary_name() followed by commit_file().
class NpyWriter {
 public:
  // `row_shape` is the shape of one row: empty for a vector of scalars.
  NpyWriter(const std::filesystem::path& file, std::string_view descr, std::vector<int64_t> row_shape = {});
  template <typename T>
  void append(std::span<const T> values) {
    write(values.data(), values.size_bytes());
  }
  void close();  // throws Error when the disk is full

 private:
  void write(const void* data, size_t bytes);
  std::string header(int64_t rows) const;
  std::filesystem::path file_;
  std::string descr_;
  std::vector<int64_t> row_shape_;
  std::ofstream out_;
  uint64_t bytes_ = 0;
};

// A whole .npy file in memory.
std::string npy_content(std::string_view descr, const std::vector<int64_t>& shape,
                        std::span<const std::byte> data);

// Writes a whole array under its final name, atomically.
void write_npy_bytes(const std::filesystem::path& file, std::string_view descr,
                     const std::vector<int64_t>& shape, std::span<const std::byte> data);

template <typename T>
void write_npy(const std::filesystem::path& file, std::span<const T> values,
               const std::vector<int64_t>& shape) {
  write_npy_bytes(file, npy_descr<T>(), shape, std::as_bytes(values));
}

}  // namespace rnb
