#include "results/hdf5_file.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <hdf5.h>

#include "base/error.h"

namespace rnb {
namespace {

static_assert(sizeof(hid_t) == sizeof(int64_t));

// Closes an HDF5 identifier of any kind; an HDF5 failure becomes an Error that names file and place.
class Id {
 public:
  Id(hid_t id, herr_t (*close)(hid_t), const std::string& what) : id_(id), close_(close), what_(what) {
    if (id_ < 0) fail("hdf5", "{}: failed", what);
  }
  ~Id() {
    if (id_ >= 0) close_(id_);
  }
  // Where something was written: HDF5 keeps values back until the close, which then says that they are lost.
  void close() {
    if (close_(std::exchange(id_, -1)) < 0) fail("hdf5", "{}: cannot be written; is the disk full?", what_);
  }
  Id(const Id&) = delete;
  Id& operator=(const Id&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
  std::string what_;
};

// Errors become exceptions, not printed stacks. Files are closed by the classes here, not at the program's
// exit: HDF5 1.10 crashes when it closes there a file that could not be written.
void set_up() {
  static std::once_flag once;
  std::call_once(once, [] {
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  });
}

void check(herr_t result, const std::string& what) {
  if (result < 0) fail("hdf5", "{}: failed; the disk is full, or the file damaged", what);
}

hid_t text_type(size_t size, H5T_cset_t characters = H5T_CSET_UTF8) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, size);
  H5Tset_cset(type, characters);
  return type;
}

// The type to read variable strings with: HDF5 refuses to turn ASCII into UTF-8, though the bytes are the
// same.
hid_t text_type_of(hid_t stored) {
  return text_type(H5T_VARIABLE, H5Tget_cset(stored));
}

// How a table lies in the file: large ones in compressed pieces of about a megabyte, whole rows each.
void lay_out(hid_t list, const std::vector<hsize_t>& dims, const std::string& what) {
  constexpr hsize_t kSmall = 1 << 13, kPiece = 1 << 17;  // values of 8 bytes
  constexpr unsigned kFast = 1;                          // of deflate's levels
  hsize_t row = 1;
  for (size_t i = 1; i < dims.size(); ++i) row *= dims[i];
  if (dims.empty() || dims[0] * row < kSmall) return;
  std::vector<hsize_t> piece = dims;
  piece[0] = std::clamp<hsize_t>(kPiece / row, 1, dims[0]);
  check(H5Pset_chunk(list, static_cast<int>(piece.size()), piece.data()), what);
  check(H5Pset_shuffle(list), what);
  check(H5Pset_deflate(list, kFast), what);
}

}  // namespace

Hdf5Writer::Hdf5Writer(const std::filesystem::path& file) : file_(file.string()) {
  set_up();
  id_ = H5Fcreate(file_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (id_ < 0) fail("hdf5", "{}: cannot be created", file_);
}

Hdf5Writer::~Hdf5Writer() {
  if (id_ >= 0) H5Fclose(id_);
}

void Hdf5Writer::close() {
  check(H5Fflush(id_, H5F_SCOPE_GLOBAL), file_);
  check(H5Fclose(std::exchange(id_, -1)), file_);
}

void Hdf5Writer::group(const std::string& path, std::string_view encoding_type) {
  if (path != "/") {
    const Id links(H5Pcreate(H5P_LINK_CREATE), H5Pclose, file_);
    check(H5Pset_create_intermediate_group(links, 1), file_);
    Id made(H5Gcreate2(id_, path.c_str(), links, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, file_ + path);
    made.close();
  }
  attribute(path, "encoding-type", encoding_type);
  attribute(path, "encoding-version", "1");
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name, std::string_view value) {
  const std::string where = file_ + path + "@" + name, text(value);
  const Id object(H5Oopen(id_, path.c_str(), H5P_DEFAULT), H5Oclose, where);
  const Id type(text_type(H5T_VARIABLE), H5Tclose, where);
  const Id space(H5Screate(H5S_SCALAR), H5Sclose, where);
  Id made(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, where);
  const char* pointer = text.c_str();
  check(H5Awrite(made, type, &pointer), where);
  made.close();
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name, double value) {
  const std::string where = file_ + path + "@" + name;
  const Id object(H5Oopen(id_, path.c_str(), H5P_DEFAULT), H5Oclose, where);
  const Id space(H5Screate(H5S_SCALAR), H5Sclose, where);
  Id made(H5Acreate2(object, name.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, where);
  check(H5Awrite(made, H5T_NATIVE_DOUBLE, &value), where);
  made.close();
}

void Hdf5Writer::dataset(const std::string& path, int64_t type, const void* data, size_t values,
                         const std::vector<uint64_t>& shape, std::string_view units) {
  const std::string where = file_ + path;
  uint64_t wanted = 1;
  for (const uint64_t d : shape) wanted *= d;
  if (wanted != values)
    fail("hdf5", "{}: {} values do not fill the shape [{}]", where, values, fmt::join(shape, ", "));
  const std::vector<hsize_t> dims(shape.begin(), shape.end());
  const Id space(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), H5Sclose, where);
  const hid_t stored = type == H5T_NATIVE_DOUBLE  ? H5T_IEEE_F64LE
                       : type == H5T_NATIVE_INT64 ? H5T_STD_I64LE
                                                  : type;
  const Id how(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, where);
  if (type == H5T_NATIVE_DOUBLE || type == H5T_NATIVE_INT64) lay_out(how, dims, where);
  Id made(H5Dcreate2(id_, path.c_str(), stored, space, H5P_DEFAULT, how, H5P_DEFAULT), H5Dclose, where);
  if (values > 0) check(H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), where);
  made.close();
  attribute(path, "units", units);
}

void Hdf5Writer::doubles(const std::string& path, std::span<const double> values, std::vector<uint64_t> shape,
                         std::string_view units) {
  dataset(path, H5T_NATIVE_DOUBLE, values.data(), values.size(), shape, units);
}

void Hdf5Writer::integers(const std::string& path, std::span<const int64_t> values,
                          std::vector<uint64_t> shape, std::string_view units) {
  dataset(path, H5T_NATIVE_INT64, values.data(), values.size(), shape, units);
}

void Hdf5Writer::strings(const std::string& path, const std::vector<std::string>& values) {
  const Id type(text_type(H5T_VARIABLE), H5Tclose, file_ + path);
  std::vector<const char*> pointers;
  for (const std::string& v : values) pointers.push_back(v.c_str());
  dataset(path, type, pointers.data(), pointers.size(), {values.size()}, "text");
}

void Hdf5Writer::copy_group(const std::filesystem::path& from, const std::string& from_group,
                            const std::string& group) {
  const Id source(H5Fopen(from.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, from.string());
  check(H5Ocopy(source, from_group.c_str(), id_, group.c_str(), H5P_DEFAULT, H5P_DEFAULT), file_ + group);
}

Hdf5Reader::Hdf5Reader(const std::filesystem::path& file, std::string root)
    : file_(file.string()), root_(std::move(root)) {
  set_up();
  if (!std::filesystem::exists(file)) fail("hdf5", "{}: there is no such file", file_);
  id_ = H5Fopen(file_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (id_ < 0) fail("hdf5", "{}: is not an HDF5 file, or is damaged", file_);
  if (!root_.empty() && !has("/")) {
    H5Fclose(id_);
    fail("hdf5", "{}: has no group {}", file_, root_);
  }
}

Hdf5Reader::~Hdf5Reader() {
  H5Fclose(id_);
}

std::string Hdf5Reader::absolute(const std::string& path) const {
  return path == "/" && !root_.empty() ? root_ : root_ + path;
}

bool Hdf5Reader::has(const std::string& place) const {
  const std::string path = absolute(place);
  for (size_t at = 1; at < path.size(); ++at) {  // H5Lexists wants every parent to exist
    at = std::min(path.find('/', at), path.size());
    if (H5Lexists(id_, path.substr(0, at).c_str(), H5P_DEFAULT) <= 0) return false;
  }
  return true;
}

bool Hdf5Reader::has_attribute(const std::string& place, const std::string& name) const {
  const std::string path = absolute(place);
  return has(place) && H5Aexists_by_name(id_, path.c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

std::vector<std::string> Hdf5Reader::children(const std::string& place) const {
  const std::string path = absolute(place);
  const Id group(H5Gopen2(id_, path.c_str(), H5P_DEFAULT), H5Gclose, file_ + path);
  H5G_info_t info{};
  check(H5Gget_info(group, &info), file_ + path);
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const ssize_t length =
        H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
    if (length < 0) fail("hdf5", "{}{}: cannot be listed", file_, path);
    std::string name(static_cast<size_t>(length) + 1, '\0');
    H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size(), H5P_DEFAULT);
    name.pop_back();
    names.push_back(name);
  }
  return names;
}

// How many values to make room for. A file can claim any size without holding it, so there is a limit.
size_t Hdf5Reader::elements(int64_t space, const std::string& where) const {
  constexpr hssize_t kMost = 1 << 28;  // 2 GiB of doubles
  const hssize_t n = H5Sget_simple_extent_npoints(space);
  if (n < 0 || n > kMost) fail("hdf5", "{}: claims {} values; at most {} are read", where, n, kMost);
  return static_cast<size_t>(n);
}

bool Hdf5Reader::is_group(const std::string& place) const {
  const std::string path = absolute(place);
  const Id object(H5Oopen(id_, path.c_str(), H5P_DEFAULT), H5Oclose, file_ + path);
  return H5Iget_type(object) == H5I_GROUP;
}

std::string Hdf5Reader::text_attribute(const std::string& place, const std::string& name) const {
  const std::string path = absolute(place);
  const std::string where = file_ + path + "@" + name;
  const Id attribute(H5Aopen_by_name(id_, path.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                     where);
  const Id stored(H5Aget_type(attribute), H5Tclose, where);
  const Id type(text_type_of(stored), H5Tclose, where);
  const Id space(H5Aget_space(attribute), H5Sclose, where);
  if (elements(space, where) != 1) fail("hdf5", "{}: is not one text", where);
  char* text = nullptr;
  check(H5Aread(attribute, type, &text), where);
  std::string out = text ? text : "";
  H5free_memory(text);
  return out;
}

double Hdf5Reader::number_attribute(const std::string& place, const std::string& name) const {
  const std::string path = absolute(place);
  const std::string where = file_ + path + "@" + name;
  const Id attribute(H5Aopen_by_name(id_, path.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                     where);
  const Id space(H5Aget_space(attribute), H5Sclose, where);
  if (elements(space, where) != 1) fail("hdf5", "{}: is not one number", where);
  double value = 0;
  check(H5Aread(attribute, H5T_NATIVE_DOUBLE, &value), where);
  return value;
}

std::vector<uint64_t> Hdf5Reader::shape(const std::string& place) const {
  const std::string path = absolute(place);
  const Id data(H5Dopen2(id_, path.c_str(), H5P_DEFAULT), H5Dclose, file_ + path);
  const Id space(H5Dget_space(data), H5Sclose, file_ + path);
  std::vector<hsize_t> dims(static_cast<size_t>(std::max(0, H5Sget_simple_extent_ndims(space))));
  H5Sget_simple_extent_dims(space, dims.data(), nullptr);
  return {dims.begin(), dims.end()};
}

std::vector<double> Hdf5Reader::doubles(const std::string& place) const {
  const std::string path = absolute(place);
  const Id data(H5Dopen2(id_, path.c_str(), H5P_DEFAULT), H5Dclose, file_ + path);
  const Id space(H5Dget_space(data), H5Sclose, file_ + path);
  std::vector<double> out(elements(space, file_ + path));
  if (!out.empty())
    check(H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()), file_ + path);
  return out;
}

std::vector<std::string> Hdf5Reader::strings(const std::string& place) const {
  const std::string path = absolute(place);
  const Id data(H5Dopen2(id_, path.c_str(), H5P_DEFAULT), H5Dclose, file_ + path);
  const Id space(H5Dget_space(data), H5Sclose, file_ + path);
  std::vector<char*> pointers(elements(space, file_ + path));
  const Id stored(H5Dget_type(data), H5Tclose, file_ + path);
  const Id type(text_type_of(stored), H5Tclose, file_ + path);
  if (!pointers.empty())
    check(H5Dread(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), file_ + path);
  std::vector<std::string> out;
  for (char* p : pointers) {
    out.emplace_back(p ? p : "");
    H5free_memory(p);
  }
  return out;
}

}  // namespace rnb
