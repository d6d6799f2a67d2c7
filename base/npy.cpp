#include "base/npy.h"

#include <cerrno>
#include <cstring>

#include "base/atomic_file.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr size_t kHeaderBytes = 128;  // NpyWriter's fixed header: the row count is filled in at the end

}  // namespace

NpyArray::NpyArray(const fs::path& path)
    : file_(path.string()), map_(path), header_(read_npy_header(map_.text(), file_)) {}

std::span<const std::byte> NpyArray::data() const {
  return map_.bytes().subspan(header_.data_offset,
                              static_cast<size_t>(header_.elements) * header_.type.bytes);
}

void NpyArray::require_booleans_as(NpyType expected) const {
  if (header_.type == NpyType{'b', 1} && expected == npy_type<uint8_t>()) return;
  fail("npy", "{}: holds '{}', expected '{}'; convert it with numpy.astype", file_, header_.type.descr(),
       expected.descr());
}

NpyWriter::NpyWriter(const fs::path& file, NpyType type, std::vector<int64_t> row_shape)
    : file_(file),
      type_(type),
      row_shape_(std::move(row_shape)),
      out_(file, std::ios::binary | std::ios::trunc) {
  if (!out_) fail("npy", "{}: cannot be created: {}", file.string(), std::strerror(errno));
  out_ << header(0);
}

std::string NpyWriter::header(int64_t rows) const {
  std::vector<int64_t> shape{rows};
  shape.insert(shape.end(), row_shape_.begin(), row_shape_.end());
  return npy_header_text(type_, shape, kHeaderBytes);
}

void NpyWriter::write(const void* data, size_t bytes) {
  out_.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
  bytes_ += bytes;
}

void NpyWriter::close() {
  const auto elements = npy_elements(row_shape_);
  RNB_ASSERT(elements);
  const uint64_t row = static_cast<uint64_t>(*elements) * type_.bytes;
  RNB_ASSERT(row == 0 ? bytes_ == 0 : bytes_ % row == 0);
  out_.seekp(0);
  out_ << header(row == 0 ? 0 : static_cast<int64_t>(bytes_ / row));
  out_.close();
  if (!out_) fail("npy", "{}: cannot be written: {}", file_.string(), std::strerror(errno));
}

std::string npy_content(NpyType type, const std::vector<int64_t>& shape, std::span<const std::byte> data) {
  std::string content = npy_header_text(type, shape, 64);
  content.append(reinterpret_cast<const char*>(data.data()), data.size());
  return content;
}

void write_npy_bytes(const fs::path& file, NpyType type, const std::vector<int64_t>& shape,
                     std::span<const std::byte> data) {
  write_file_atomic(file, npy_content(type, shape, data));
}

}  // namespace rnb
