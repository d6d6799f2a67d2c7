#include "datasets/store/image_store.h"

#include "base/error.h"
#include "base/json_file.h"
#include "base/sha256.h"
#include "datasets/store/image_writer.h"
#include "datasets/webdataset/tar_members.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

struct Tar {
  fs::path file;
  uint64_t bytes;
  std::string sha256;
};

std::vector<Tar> tars_of(const Store& store) {
  const std::string where = (store.folder() / "manifest.json").string();
  const auto images = json_field<nlohmann::json>(store.manifest(), "images", where);
  const fs::path names = store.folder() / kImageFolderFile;
  const fs::path folder = json_field<std::string>(read_json_file(names), "folder", names.string());
  std::vector<Tar> tars;
  for (const auto& tar : json_field<std::vector<nlohmann::json>>(images, "tars", where)) {
    const auto name = json_field<std::string>(tar, "name", where);
    if (name.empty() || name.find('/') != std::string::npos)
      fail("store", "{}: the tar name '{}' is not a file's", where, name);
    tars.push_back({folder / name, json_field<uint64_t>(tar, "bytes", where),
                    json_field<std::string>(tar, "sha256", where)});
  }
  return tars;
}

constexpr const char* kHint =
    "this store's images stay in the tars that it was prepared from: put them back, write their new folder "
    "into";

}  // namespace

bool has_images(const Store& store) {
  return store.manifest().contains("images");
}

ImageStore::ImageStore(const Store& store) : store_(store) {
  const std::string where = (store.folder() / "manifest.json").string();
  const int64_t n = store.size();
  if (!has_images(store))
    fail("store", "{}: this store has no images; prepare one with --dataset datacomp",
         store.folder().string());
  if (!store.manifest().at("images").contains("tars")) {
    const auto size = json_field<int64_t>(store.manifest().at("images"), "size", where);
    pixels_.emplace(store.folder() / "pixels.npy");
    if (size < 1 || pixels_->shape() != std::vector<int64_t>{n, size, size, 3} ||
        pixels_->type() != npy_type<uint8_t>())
      fail("store", "{}/pixels.npy: does not hold {} images of {} x {}; prepare the store again",
           store.folder().string(), n, size, size);
    return;
  }
  places_.emplace(store.folder() / "image.npy");
  if (places_->shape() != std::vector<int64_t>{n, 3})
    fail("store", "{}/image.npy: has not 3 numbers for each of {} examples; prepare the store again",
         store.folder().string(), n);
  const std::string names = (store.folder() / kImageFolderFile).string();
  std::vector<uint64_t> bytes;
  for (const Tar& tar : tars_of(store)) {
    std::error_code code;
    const uint64_t found = fs::file_size(tar.file, code);
    if (code)
      fail("store", "{}: cannot be read ({}); {} {}", tar.file.string(), code.message(), kHint, names);
    if (found != tar.bytes)
      fail("store", "{}: has {} bytes, had {} when the store was prepared; {} {}, or prepare the store again",
           tar.file.string(), found, tar.bytes, kHint, names);
    tars_.push_back(tar.file);
    bytes.push_back(tar.bytes);
    maps_.emplace_back(tar.file);
  }
  const auto places = places_->values<int64_t>();
  for (int64_t i = 0; i < n; ++i) {
    const auto* const p = &places[static_cast<size_t>(i) * 3];
    const bool known = p[0] >= 0 && p[0] < static_cast<int64_t>(tars_.size()) && p[1] >= 0 && p[2] >= 0;
    if (!known || static_cast<uint64_t>(p[1]) > bytes[static_cast<size_t>(p[0])] ||
        static_cast<uint64_t>(p[2]) > bytes[static_cast<size_t>(p[0])] - static_cast<uint64_t>(p[1]))
      fail("store", "{}/image.npy: example {} lies outside its tar; prepare the store again",
           store.folder().string(), i);
  }
}

Image ImageStore::image(int64_t example) const {
  const auto i = static_cast<size_t>(example);
  if (pixels_) {
    const auto size = static_cast<int>(pixels_->shape()[1]);
    const size_t bytes = static_cast<size_t>(size) * static_cast<size_t>(size) * 3;
    const auto all = pixels_->values<uint8_t>().subspan(i * bytes, bytes);
    return {size, size, {all.begin(), all.end()}};
  }
  const auto* const p = &places_->values<int64_t>()[3 * i];
  const auto tar = static_cast<size_t>(p[0]);
  const auto offset = static_cast<uint64_t>(p[1]), bytes = static_cast<uint64_t>(p[2]);
  const auto refuse = [&](std::string_view why) {
    fail("store", "{}: no longer holds the image of example '{}' at byte {} ({}); prepare the store again",
         tars_[tar].string(), store_.example_id(example), offset, why);
  };
  if (!has_member_at(maps_[tar].bytes(), offset, bytes)) refuse("no member of its size begins there");
  try {
    return decode_image(maps_[tar].bytes().subspan(offset, bytes));
  } catch (const Error& e) {
    refuse(e.what());
  }
  return {};
}

void verify_images(const Store& store) {
  if (!has_images(store) || !store.manifest().at("images").contains("tars")) return;
  const ImageStore whole(store);  // sizes first
  std::vector<std::string> wrong;
  for (const Tar& tar : tars_of(store))
    if (sha256_file(tar.file) != tar.sha256) wrong.push_back(tar.file.string());
  if (!wrong.empty())
    fail("store", "{}: differ from the digests in {}/manifest.json; prepare the store again",
         fmt::join(wrong, ", "), store.folder().string());
}

}  // namespace rnb
