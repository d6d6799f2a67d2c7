#include "models/safetensors.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/mapped_file.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kLargestHeader = 100ULL << 20;  // the format's own limit
constexpr const char* kProducer = "rnb";

struct Type {
  const char* name;
  torch::ScalarType type;
};
constexpr Type kTypes[] = {{"F64", torch::kFloat64},   {"F32", torch::kFloat32}, {"F16", torch::kFloat16},
                           {"BF16", torch::kBFloat16}, {"I64", torch::kInt64},   {"I32", torch::kInt32},
                           {"I16", torch::kInt16},     {"I8", torch::kInt8},     {"U8", torch::kUInt8},
                           {"BOOL", torch::kBool}};

torch::ScalarType type_of(const std::string& name, const std::string& where) {
  for (const Type& t : kTypes)
    if (name == t.name) return t.type;
  fail("safetensors", "{}: element type '{}' is not supported", where, name);
}

const char* name_of(torch::ScalarType type, const std::string& tensor) {
  for (const Type& t : kTypes)
    if (type == t.type) return t.name;
  fail("safetensors", "tensor {}: its element type cannot be written", tensor);
}

struct Entry {
  std::string name;
  torch::ScalarType type;
  std::vector<int64_t> shape;
  uint64_t begin, end;  // bytes, from the end of the header
};

template <typename T>
std::vector<T> whole_numbers(const nlohmann::json& entry, const char* key, const std::string& where) {
  std::vector<T> numbers;
  for (const auto& n : json_field<std::vector<nlohmann::json>>(entry, key, where)) {
    if (!n.is_number_unsigned() || n.get<uint64_t>() > INT64_MAX)
      fail("safetensors", "{}: {} holds {}; expected whole numbers from 0", where, key, n.dump());
    numbers.push_back(n.get<T>());
  }
  return numbers;
}

Entry read_entry(const std::string& name, const nlohmann::json& json, uint64_t data_bytes,
                 const std::string& where) {
  const auto range = whole_numbers<uint64_t>(json, "data_offsets", where);
  if (range.size() != 2 || range[0] > range[1] || range[1] > data_bytes)
    fail("safetensors", "{}: data_offsets lie outside the file's {} data bytes", where, data_bytes);
  Entry e{name, type_of(json_field<std::string>(json, "dtype", where), where),
          whole_numbers<int64_t>(json, "shape", where), range[0], range[1]};
  // Strides are products of the sizes even where one of them is 0, so these must not overflow either.
  auto bytes = static_cast<int64_t>(torch::elementSize(e.type));
  bool empty = false;
  for (const int64_t n : e.shape) {
    empty |= n == 0;
    if (__builtin_mul_overflow(bytes, std::max<int64_t>(n, 1), &bytes))
      fail("safetensors", "{}: shape is too large", where);
  }
  if (empty) bytes = 0;
  if (static_cast<uint64_t>(bytes) != e.end - e.begin)
    fail("safetensors", "{}: its shape needs {} bytes, data_offsets give {}", where, bytes, e.end - e.begin);
  return e;
}

// The format wants the tensors side by side: no overlap, no gap, nothing after the last one.
void check_layout(std::vector<Entry>& entries, uint64_t data_bytes, const std::string& file) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t at = 0;
  for (const Entry& e : entries) {
    if (e.begin != at)
      fail("safetensors", "{}: tensor {} begins at data byte {}; expected {} (an overlap or a gap)", file,
           e.name, e.begin, at);
    at = e.end;
  }
  if (at != data_bytes)
    fail("safetensors", "{}: the tensors end at data byte {} of {}", file, at, data_bytes);
}

// The header as JSON and, in `data`, the bytes after it.
nlohmann::json read_header(const fs::path& file, std::string_view text, std::string_view& data) {
  if (text.size() < 8) fail("safetensors", "{}: is truncated", file.string());
  uint64_t length = 0;
  std::memcpy(&length, text.data(), 8);
  if (length > kLargestHeader || length > text.size() - 8)
    fail("safetensors", "{}: header of {} bytes does not fit; is this a safetensors file?", file.string(),
         length);
  nlohmann::json header;
  try {
    header = nlohmann::json::parse(text.substr(8, length));
  } catch (const nlohmann::json::exception& e) {
    fail("safetensors", "{}: header is not valid JSON: {}", file.string(), e.what());
  }
  if (!header.is_object()) fail("safetensors", "{}: header is not a JSON object", file.string());
  data = text.substr(8 + length);
  return header;
}

void load_file(const fs::path& file, TensorMap& out) {
  const MappedFile map(file);
  std::string_view data;
  const auto header = read_header(file, map.text(), data);
  std::vector<Entry> entries;
  for (const auto& [name, json] : header.items())
    if (name != "__metadata__")
      entries.push_back(
          read_entry(name, json, data.size(), fmt::format("{}: tensor {}", file.string(), name)));
  check_layout(entries, data.size(), file.string());
  for (const Entry& e : entries) {
    auto tensor = torch::empty(e.shape, torch::dtype(e.type));
    if (e.end > e.begin) std::memcpy(tensor.data_ptr(), data.data() + e.begin, e.end - e.begin);
    if (!out.emplace(e.name, tensor).second)
      fail("safetensors", "{}: tensor {} is in an earlier shard too", file.string(), e.name);
  }
}

}  // namespace

TensorMap load_safetensors(const fs::path& path) {
  TensorMap out;
  if (!fs::is_directory(path)) {
    load_file(path, out);
    return out;
  }
  const fs::path index = path / "model.safetensors.index.json";
  if (fs::exists(path / "model.safetensors") || !fs::exists(index)) {
    load_file(path / "model.safetensors", out);
    return out;
  }
  const auto map =
      json_field<std::map<std::string, std::string>>(read_json_file(index), "weight_map", index.string());
  std::set<std::string> shards;
  for (const auto& [tensor, shard] : map) {
    if (shard.empty() || shard.find('/') != std::string::npos || shard == "..")
      fail("safetensors", "{}: shard name '{}' is not a file beside it", index.string(), shard);
    shards.insert(shard);
  }
  for (const std::string& shard : shards) load_file(path / shard, out);
  for (const auto& [tensor, shard] : map)
    if (!out.contains(tensor))
      fail("safetensors", "{}: tensor {} is not in {}", index.string(), tensor, shard);
  return out;
}

bool written_by_rnb(const fs::path& file) {
  if (!fs::is_regular_file(file)) return false;
  const MappedFile map(file);
  std::string_view data;
  const auto header = read_header(file, map.text(), data);
  const auto metadata = header.find("__metadata__");
  return metadata != header.end() && metadata->is_object() &&
         metadata->value("producer", nlohmann::json()) == kProducer;
}

void save_safetensors(const fs::path& file, const TensorMap& tensors) {
  nlohmann::ordered_json header;
  header["__metadata__"] = {{"format", "pt"}, {"producer", kProducer}};
  uint64_t offset = 0;
  std::vector<torch::Tensor> parts;
  for (const auto& [name, tensor] : tensors) {
    parts.push_back(tensor.detach().to(torch::kCPU).contiguous());
    const uint64_t bytes = parts.back().nbytes();
    header[name] = {{"dtype", name_of(tensor.scalar_type(), name)},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // readers map the data: keep it aligned
  const fs::path temporary = temporary_name(file);
  std::ofstream out(temporary, std::ios::binary);
  const uint64_t length = text.size();
  out.write(reinterpret_cast<const char*>(&length), 8);
  out << text;
  for (const torch::Tensor& part : parts)
    out.write(static_cast<const char*>(part.data_ptr()), static_cast<std::streamsize>(part.nbytes()));
  out.close();
  if (!out) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    fail("safetensors", "{}: cannot be written; is the disk full?", file.string());
  }
  commit_file(temporary, file);
}

}  // namespace rnb
