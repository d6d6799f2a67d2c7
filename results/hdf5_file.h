#pragma once
// The little of HDF5 that the bench needs, with errors as exceptions: groups, attributes, and columns of
// doubles, integers and UTF-8 strings. HDF5 1.10's C interface, one thread at a time.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rnb {

class Hdf5Writer {
 public:
  explicit Hdf5Writer(const std::filesystem::path& file);  // a new file; Error when it cannot be made
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;
  void group(const std::string& path,
             std::string_view encoding_type);  // parents are made; encoding-version "1"
  void attribute(const std::string& path, const std::string& name, std::string_view value);
  void attribute(const std::string& path, const std::string& name, double value);
  void doubles(const std::string& path, std::span<const double> values, std::vector<uint64_t> shape,
               std::string_view units);
  void integers(const std::string& path, std::span<const int64_t> values, std::vector<uint64_t> shape,
                std::string_view units);
  void strings(const std::string& path, const std::vector<std::string>& values);
  // A group of another file with all that is in it ("/": the whole file) becomes the new group `group`.
  void copy_group(const std::filesystem::path& from, const std::string& from_group, const std::string& group);
  void close();  // Error when the disk is full

 private:
  void dataset(const std::string& path, int64_t type, const void* data, size_t values,
               const std::vector<uint64_t>& shape, std::string_view units);
  std::string file_;
  int64_t id_ = -1;
};

class Hdf5Reader {
 public:
  // Paths below are taken from the group `root` ("/<run_id>" of a merged file). Error: missing, not HDF5.
  explicit Hdf5Reader(const std::filesystem::path& file, std::string root = "");
  ~Hdf5Reader();
  Hdf5Reader(const Hdf5Reader&) = delete;
  Hdf5Reader& operator=(const Hdf5Reader&) = delete;
  bool has(const std::string& path) const;
  bool has_attribute(const std::string& path, const std::string& name) const;
  std::vector<std::string> children(const std::string& path) const;  // sorted
  bool is_group(const std::string& path) const;
  std::string text_attribute(const std::string& path, const std::string& name) const;
  double number_attribute(const std::string& path, const std::string& name) const;
  std::vector<double> doubles(const std::string& path) const;  // integers are converted; Error when huge
  std::vector<uint64_t> shape(const std::string& path) const;
  std::vector<std::string> strings(const std::string& path) const;

 private:
  std::string absolute(const std::string& path) const;
  size_t elements(int64_t space, const std::string& where) const;
  std::string file_, root_;
  int64_t id_ = -1;
};

}  // namespace rnb
