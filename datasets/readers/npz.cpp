#include "datasets/readers/npz.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>

#include <zip.h>

#include "base/atomic_file.h"
#include "base/error.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kLargestArray = 64ULL << 30;

std::string words_of(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string words = zip_error_strerror(&error);
  zip_error_fini(&error);
  return words;
}

template <typename T, typename Convert>
std::vector<float> converted(std::string_view data, int64_t n, const Convert& convert) {
  std::vector<float> out(static_cast<size_t>(n));
  for (size_t i = 0; i < out.size(); ++i) {
    T value;
    std::memcpy(&value, data.data() + i * sizeof value, sizeof value);
    out[i] = convert(value);
  }
  return out;
}

}  // namespace

struct NpzFile::Archive {
  zip_t* zip = nullptr;
  ~Archive() {
    if (zip) zip_discard(zip);
  }
};

NpzFile::NpzFile(const fs::path& file) : file_(file), archive_(std::make_unique<Archive>()) {
  int code = 0;
  archive_->zip = zip_open(file.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code);
  if (!archive_->zip) fail("npz", "{}: cannot be opened as a zip archive: {}", file.string(), words_of(code));
  const zip_int64_t n = zip_get_num_entries(archive_->zip, 0);
  for (zip_int64_t i = 0; i < n; ++i)
    if (const char* name = zip_get_name(archive_->zip, static_cast<zip_uint64_t>(i), 0)) {
      std::string text = name;
      if (text.ends_with(".npy")) names_.push_back(text.substr(0, text.size() - 4));
    }
}

NpzFile::~NpzFile() = default;
NpzFile::NpzFile(NpzFile&&) noexcept = default;

bool NpzFile::has(const std::string& name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

NpzFile::Array NpzFile::read(const std::string& name) const {
  if (!has(name))
    fail("npz", "{}: holds no array '{}'; it has {}", file_.string(), name, fmt::join(names_, ", "));
  Array out{fmt::format("{}: {}", file_.string(), name), {}, {}};
  zip_stat_t stat;
  zip_stat_init(&stat);
  const std::string member = name + ".npy";
  if (zip_stat(archive_->zip, member.c_str(), 0, &stat) != 0 || !(stat.valid & ZIP_STAT_SIZE) ||
      stat.size > kLargestArray)
    fail("npz", "{}: has no usable size", out.where);
  const auto close = [](zip_file_t* stream) { zip_fclose(stream); };
  std::unique_ptr<zip_file_t, decltype(close)> in(zip_fopen(archive_->zip, member.c_str(), 0), close);
  if (!in) fail("npz", "{}: cannot be read: {}", out.where, zip_strerror(archive_->zip));
  // Grown as it comes: a small file may claim any size.
  constexpr uint64_t kPiece = 16 << 20;
  zip_int64_t got = 0;
  do {
    const size_t before = out.content.size();
    out.content.resize(before + std::min<uint64_t>(kPiece, stat.size - before));
    got = out.content.size() == before
              ? 0
              : zip_fread(in.get(), out.content.data() + before, out.content.size() - before);
    out.content.resize(before + static_cast<size_t>(std::max<zip_int64_t>(got, 0)));
  } while (got > 0);
  // A closed stream has compared its checksum.
  const bool whole = zip_fclose(in.release()) == 0 && got == 0 && out.content.size() == stat.size;
  if (!whole) fail("npz", "{}: is damaged", out.where);
  out.header = read_npy_header(out.content, out.where);
  return out;
}

std::vector<float> NpzFile::Array::floats() const {
  const int64_t n = header.elements;
  if (header.type == npy_type<float>()) return converted<float>(data(), n, [](float x) { return x; });
  if (header.type == npy_type<double>())
    return converted<double>(data(), n, [](double x) { return static_cast<float>(x); });
  if (header.type == NpyType{'f', 2}) return converted<uint16_t>(data(), n, float_of_half);
  fail("npz", "{}: holds '{}'; expected float16, float32 or float64", where, header.type.descr());
}

float float_of_half(uint16_t half) {
  const int exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
  const float sign = half & 0x8000 ? -1.0F : 1.0F;
  if (exponent == 0x1f)
    return fraction ? std::numeric_limits<float>::quiet_NaN() : sign * std::numeric_limits<float>::infinity();
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25);
}

void write_npz(const fs::path& file, const std::map<std::string, FloatArray>& arrays) {
  const fs::path temporary = temporary_name(file);
  std::vector<std::string> contents;  // libzip reads them when the archive is closed
  contents.reserve(arrays.size());
  int code = 0;
  zip_t* const zip = zip_open(temporary.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (!zip) fail("npz", "{}: cannot be written: {}", file.string(), words_of(code));
  bool good = true;
  for (const auto& [name, array] : arrays) {
    const std::string& content =
        contents.emplace_back(npy_content(npy_type<float>(), array.shape, std::as_bytes(array.values)));
    zip_source_t* const source = zip_source_buffer(zip, content.data(), content.size(), 0);
    const zip_int64_t at = zip_file_add(zip, (name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
    if (at < 0) zip_source_free(source);
    good =
        good && at >= 0 && zip_set_file_compression(zip, static_cast<zip_uint64_t>(at), ZIP_CM_STORE, 0) == 0;
  }
  if (!good || zip_close(zip) != 0) {
    const std::string why = zip_strerror(zip);
    zip_discard(zip);
    std::error_code ignored;
    fs::remove(temporary, ignored);
    fail("npz", "{}: cannot be written: {}", file.string(), why);
  }
  commit_file(temporary, file);
}

}  // namespace rnb
