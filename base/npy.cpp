#include "base/npy.h"

#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/atomic_file.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr size_t kHeaderBytes = 128;  // NpyWriter's fixed header: the row count is filled in at the end

size_t item_bytes(std::string_view descr, const std::string& file) {
  const std::string_view digits = descr.size() >= 3 ? descr.substr(2) : std::string_view();
  size_t bytes = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), bytes);
  const bool known =
      std::string_view("fiub").find(descr.size() > 1 ? descr[1] : '?') != std::string_view::npos;
  if (code != std::errc() || end != digits.data() + digits.size() || !known || bytes == 0 || bytes > 8 ||
      (descr[0] != '<' && descr[0] != '|'))
    fail("npy", "{}: element type '{}' is not supported; expected little-endian numbers", file, descr);
  return bytes;
}

// The value of 'key' in the header's Python dictionary, up to the next top-level comma or brace.
std::string_view dict_value(std::string_view header, std::string_view key, const std::string& file) {
  const std::string quoted = fmt::format("'{}':", key);
  const size_t at = header.find(quoted);
  if (at == std::string_view::npos) fail("npy", "{}: header has no '{}'", file, key);
  std::string_view rest = header.substr(at + quoted.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const size_t end = rest.starts_with('(') ? rest.find(')') + 1 : rest.find_first_of(",}");
  if (end == 0 || end == std::string_view::npos) fail("npy", "{}: header is malformed at '{}'", file, key);
  return rest.substr(0, end);
}

std::string header_text(std::string_view descr, const std::vector<int64_t>& shape, size_t total) {
  std::string dims;
  for (const int64_t n : shape) dims += fmt::format("{}, ", n);
  if (shape.size() > 1) dims.resize(dims.size() - 2);
  if (shape.size() == 1) dims.resize(dims.size() - 1);  // "(n,)"
  std::string dict = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", descr, dims);
  const size_t room = total - 10;
  if (dict.size() + 1 > room) return header_text(descr, shape, total + 64);
  dict.append(room - 1 - dict.size(), ' ');
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(room & 0xff);
  out += static_cast<char>(room >> 8);
  return out + dict + '\n';
}

}  // namespace

NpyHeader read_npy_header(std::string_view text, const std::string& file) {
  NpyHeader out;
  if (text.size() < 10 || text.substr(0, 6) != std::string_view("\x93NUMPY", 6))
    fail("npy", "{}: is not a .npy file", file);
  const int major = text[6];
  if (major < 1 || major > 3) fail("npy", "{}: format version {} is not supported", file, major);
  const size_t length_bytes = major == 1 ? 2 : 4;
  if (text.size() < 8 + length_bytes) fail("npy", "{}: is truncated", file);
  size_t length = 0;
  for (size_t i = 0; i < length_bytes; ++i)
    length |= static_cast<size_t>(static_cast<unsigned char>(text[8 + i])) << (8 * i);
  out.data_offset = 8 + length_bytes + length;
  if (out.data_offset > text.size()) fail("npy", "{}: is truncated inside its header", file);
  const std::string_view header = text.substr(8 + length_bytes, length);

  const std::string_view descr = dict_value(header, "descr", file);
  if (descr.size() < 5 || descr.front() != '\'')
    fail("npy", "{}: structured type {} is not supported", file, descr);
  out.descr = std::string(descr.substr(1, descr.size() - 2));
  if (dict_value(header, "fortran_order", file) != "False")
    fail("npy", "{}: is in Fortran order; save it with numpy.ascontiguousarray", file);

  std::string_view dims = dict_value(header, "shape", file);
  uint64_t count = 1;
  for (size_t i = 1; i < dims.size();) {
    if (dims[i] < '0' || dims[i] > '9') {
      ++i;
      continue;
    }
    int64_t n = 0;
    const auto [end, code] = std::from_chars(dims.data() + i, dims.data() + dims.size(), n);
    if (code != std::errc() || __builtin_mul_overflow(count, static_cast<uint64_t>(n), &count))
      fail("npy", "{}: shape {} is too large", file, dims);
    out.shape.push_back(n);
    i = static_cast<size_t>(end - dims.data());
  }
  const size_t item = item_bytes(out.descr, file);
  if (out.data_offset % item != 0)  // the mapping starts on a page: the offset decides
    fail("npy",
         "{}: the data starts at byte {}, which is no multiple of the {} bytes of an element; save the array "
         "again with numpy.save",
         file, out.data_offset, item);
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(count, item, &bytes) || bytes > text.size() - out.data_offset)
    fail("npy", "{}: is truncated: shape {} of '{}' needs more than the {} bytes there", file, dims,
         out.descr, text.size() - out.data_offset);
  out.item_bytes = item;
  return out;
}

NpyArray::NpyArray(const fs::path& path)
    : file_(path.string()), map_(path), header_(read_npy_header(map_.text(), file_)) {}

int64_t NpyHeader::size() const {
  int64_t n = 1;
  for (const int64_t d : shape) n *= d;
  return n;
}

void NpyArray::check_descr(std::string_view expected) const {
  const bool bytes = expected[1] == 'u' && header_.descr == "|b1" && expected[2] == '1';
  if (header_.descr != expected && !bytes)
    fail("npy", "{}: holds '{}', expected '{}'; convert it with numpy.astype", file_, header_.descr,
         expected);
}

NpyWriter::NpyWriter(const fs::path& file, std::string_view descr, std::vector<int64_t> row_shape)
    : file_(file),
      descr_(descr),
      row_shape_(std::move(row_shape)),
      out_(file, std::ios::binary | std::ios::trunc) {
  if (!out_) fail("npy", "{}: cannot be created: {}", file.string(), std::strerror(errno));
  out_ << header(0);
}

std::string NpyWriter::header(int64_t rows) const {
  std::vector<int64_t> shape{rows};
  shape.insert(shape.end(), row_shape_.begin(), row_shape_.end());
  return header_text(descr_, shape, kHeaderBytes);
}

void NpyWriter::write(const void* data, size_t bytes) {
  out_.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
  bytes_ += bytes;
}

void NpyWriter::close() {
  uint64_t row = item_bytes(descr_, file_.string());
  for (const int64_t n : row_shape_) row *= static_cast<uint64_t>(n);
  out_.seekp(0);
  out_ << header(row == 0 ? 0 : static_cast<int64_t>(bytes_ / row));
  out_.close();
  if (!out_) fail("npy", "{}: cannot be written: {}", file_.string(), std::strerror(errno));
}

std::string npy_content(std::string_view descr, const std::vector<int64_t>& shape,
                        std::span<const std::byte> data) {
  std::string content = header_text(descr, shape, 64);
  content.append(reinterpret_cast<const char*>(data.data()), data.size());
  return content;
}

void write_npy_bytes(const fs::path& file, std::string_view descr, const std::vector<int64_t>& shape,
                     std::span<const std::byte> data) {
  write_file_atomic(file, npy_content(descr, shape, data));
}

}  // namespace rnb
