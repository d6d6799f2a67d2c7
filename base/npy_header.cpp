#include "base/npy_header.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace rnb {
namespace {

// "<f4" -> {'f', 4}; none for what is no little-endian number.
std::optional<NpyType> type_of(std::string_view descr) {
  if (descr.size() != 3 || (descr[0] != '<' && descr[0] != '|')) return std::nullopt;
  const char kind = descr[1];
  const int bytes = descr[2] - '0';
  const bool power = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
  const bool known = kind == 'f' ? bytes > 1 : kind == 'b' ? bytes == 1 : kind == 'i' || kind == 'u';
  if (!power || !known || (descr[0] == '|' && bytes > 1)) return std::nullopt;
  return NpyType{kind, static_cast<uint8_t>(bytes)};
}

// A cursor over the header's Python dictionary, {'descr': ..., 'fortran_order': ..., 'shape': ...}.
class HeaderDict {
 public:
  HeaderDict(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  void read(NpyHeader& out) {
    expect('{');
    while (!take('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr")
        read_type(out);
      else if (key == "fortran_order")
        read_order();
      else if (key == "shape")
        read_shape(out);
      else
        malformed();
      seen_.push_back(key);
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    for (const char* key : {"descr", "fortran_order", "shape"})
      if (std::find(seen_.begin(), seen_.end(), key) == seen_.end())
        fail("npy", "{}: header has no '{}'", where_, key);
  }

 private:
  [[noreturn]] void malformed() const {
    fail("npy", "{}: header is malformed at character {} of {}", where_, at_ + 1, text_);
  }
  void skip_space() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char wanted) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) malformed();
  }
  std::string_view quoted() {
    expect('\'');
    const size_t end = text_.find_first_of("'\\", at_);  // no name that numpy gives itself needs an escape
    if (end == std::string_view::npos || text_[end] == '\\') malformed();
    const std::string_view word = text_.substr(at_, end - at_);
    at_ = end + 1;
    return word;
  }
  NpyType number_type() {
    const std::string_view descr = quoted();
    const auto type = type_of(descr);
    if (!type)
      fail("npy", "{}: element type '{}' is not supported; expected little-endian numbers", where_, descr);
    return *type;
  }

  // '<f4', or [('f0', '<u8'), ('f1', '<u8')]
  void read_type(NpyHeader& out) {
    out.fields.clear();
    if (!take('[')) {
      out.type = number_type();
      return;
    }
    int bytes = 0;
    while (!take(']')) {
      expect('(');
      quoted();  // a field's name; numpy's own are f0, f1, ...
      expect(',');
      out.fields.push_back(number_type());
      expect(')');
      bytes += out.fields.back().bytes;
      if (bytes > UINT8_MAX) fail("npy", "{}: records of more than 255 bytes are not supported", where_);
      if (take(',')) continue;
      expect(']');
      break;
    }
    if (out.fields.empty()) malformed();
    out.type = {'V', static_cast<uint8_t>(bytes)};
  }

  void read_order() {
    skip_space();
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("True"))
      fail("npy", "{}: is in Fortran order; save it with numpy.ascontiguousarray", where_);
    if (!rest.starts_with("False")) malformed();
    at_ += 5;
  }

  void read_shape(NpyHeader& out) {
    out.shape.clear();
    const size_t begin = at_;
    expect('(');
    while (!take(')')) {
      skip_space();
      uint64_t n = 0;
      const auto [end, code] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), n);
      if (code == std::errc::invalid_argument) malformed();
      if (code != std::errc() || n > INT64_MAX) too_large(begin);
      at_ = static_cast<size_t>(end - text_.data());
      take('L');  // Python 2's long
      out.shape.push_back(static_cast<int64_t>(n));
      if (take(',')) continue;
      expect(')');
      break;
    }
    const auto elements = npy_elements(out.shape);
    if (!elements) too_large(begin);
    out.elements = *elements;
  }
  [[noreturn]] void too_large(size_t begin) const {
    fail("npy", "{}: shape {} is too large", where_, text_.substr(begin, text_.find(')', begin) + 1 - begin));
  }

  std::string_view text_;
  const std::string& where_;
  size_t at_ = 0;
  std::vector<std::string_view> seen_;
};

// The dictionary's text; sets where the data starts.
std::string_view dict_of(std::string_view text, const std::string& where, NpyHeader& out) {
  if (text.size() < 10 || text.substr(0, 6) != std::string_view("\x93NUMPY", 6))
    fail("npy", "{}: is not a .npy file", where);
  const int major = text[6];
  if (major < 1 || major > 3) fail("npy", "{}: format version {} is not supported", where, major);
  const size_t length_bytes = major == 1 ? 2 : 4;
  if (text.size() < 8 + length_bytes) fail("npy", "{}: is truncated", where);
  size_t length = 0;
  for (size_t i = 0; i < length_bytes; ++i)
    length |= static_cast<size_t>(static_cast<unsigned char>(text[8 + i])) << (8 * i);
  out.data_offset = 8 + length_bytes + length;
  if (out.data_offset > text.size()) fail("npy", "{}: is truncated inside its header", where);
  return text.substr(8 + length_bytes, length);
}

}  // namespace

std::string NpyType::descr() const {
  return fmt::format("{}{}{}", bytes == 1 || kind == 'V' ? '|' : '<', kind, bytes);
}

std::optional<int64_t> npy_elements(const std::vector<int64_t>& shape) {
  int64_t product = 1;
  bool empty = false;
  for (const int64_t n : shape) {
    empty |= n == 0;
    if (n < 0 || __builtin_mul_overflow(product, std::max<int64_t>(n, 1), &product)) return std::nullopt;
  }
  return empty ? 0 : product;
}

NpyHeader read_npy_header(std::string_view text, const std::string& where) {
  NpyHeader out;
  HeaderDict(dict_of(text, where, out), where).read(out);
  // A mapped file starts on a page: the offset decides. Records are read byte by byte.
  if (out.fields.empty() && out.data_offset % out.type.bytes != 0)
    fail("npy",
         "{}: the data starts at byte {}, which is no multiple of the {} bytes of an element; save the array "
         "again with numpy.save",
         where, out.data_offset, out.type.bytes);
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(static_cast<uint64_t>(out.elements), out.type.bytes, &bytes) ||
      bytes > text.size() - out.data_offset)
    fail("npy", "{}: is truncated: shape ({}) of '{}' needs more than the {} bytes there", where,
         fmt::join(out.shape, ", "), out.type.descr(), text.size() - out.data_offset);
  return out;
}

std::string npy_header_text(NpyType type, const std::vector<int64_t>& shape, size_t total) {
  std::string dims;
  for (const int64_t n : shape) dims += fmt::format("{}, ", n);
  if (shape.size() > 1) dims.resize(dims.size() - 2);
  if (shape.size() == 1) dims.resize(dims.size() - 1);  // "(n,)"
  std::string dict =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", type.descr(), dims);
  const size_t room = total - 10;
  if (dict.size() + 1 > room) return npy_header_text(type, shape, total + 64);
  dict.append(room - 1 - dict.size(), ' ');
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(room & 0xff);
  out += static_cast<char>(room >> 8);
  return out + dict + '\n';
}

}  // namespace rnb
