#pragma once
// The header of NumPy's .npy files (numpy.lib.format, versions 1.0 to 3.0; little-endian, C order): the one
// place that reads and writes it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace rnb {

// What an element is, in numpy's words: 'f' float, 'i' signed, 'u' unsigned, 'b' bool, 'V' a record.
struct NpyType {
  char kind = 'V';
  uint8_t bytes = 0;  // of one element
  bool operator==(const NpyType&) const = default;
  std::string descr() const;  // "<f4", "|u1"
};

template <typename T>
constexpr NpyType npy_type() {
  static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool> && sizeof(T) <= 8);
  return {std::is_floating_point_v<T> ? 'f' : std::is_signed_v<T> ? 'i' : 'u', sizeof(T)};
}

struct NpyHeader {
  NpyType type;
  std::vector<NpyType> fields;  // of a record (numpy's structured type), in order; empty: plain numbers
  std::vector<int64_t> shape;   // each >= 0
  int64_t elements = 1;         // the product of the shape
  size_t data_offset = 0;       // bytes from the start of the file to the first element
};

// The product of a shape; none where it, or a product of its dimensions that are not 0, exceeds int64:
// strides are such products, even of an array without elements.
std::optional<int64_t> npy_elements(const std::vector<int64_t>& shape);

// The header of a whole file in memory; `where` starts every message. Throws Error: not .npy, truncated (the
// data too), Fortran order, misaligned, or an element type other than numbers and records of them.
NpyHeader read_npy_header(std::string_view file_content, const std::string& where);

// Header bytes of an array of plain numbers, padded to `total` bytes or, where that is too few, 64 more.
std::string npy_header_text(NpyType type, const std::vector<int64_t>& shape, size_t total);

}  // namespace rnb
