#include "datasets/store/image_writer.h"

#include <array>

#include "base/atomic_file.h"
#include "base/error.h"

namespace rnb {
namespace fs = std::filesystem;

ImageWriter::ImageWriter(const fs::path& store, const Source& source) : source_(source) {
  if (!source.image_files().empty())
    places_ = std::make_unique<NpyWriter>(store / "image.npy", npy_type<int64_t>(), std::vector<int64_t>{3});
  if (const int64_t size = source.pixel_size(); size > 0)
    pixels_ = std::make_unique<NpyWriter>(store / "pixels.npy", npy_type<uint8_t>(),
                                          std::vector<int64_t>{size, size, 3});
  if (const int64_t dim = source.embedding_dim(); dim > 0)
    vectors_ =
        std::make_unique<NpyWriter>(store / "vectors.npy", npy_type<float>(), std::vector<int64_t>{dim});
}

void ImageWriter::add(const Example& e) {
  if (places_) {
    const std::array<int64_t, 3> place{e.image.file, e.image.offset, e.image.bytes};
    places_->append(std::span<const int64_t>(place));
  }
  if (pixels_) {
    RNB_ASSERT(static_cast<int64_t>(e.pixels.size()) == source_.pixel_size() * source_.pixel_size() * 3);
    pixels_->append(std::span<const uint8_t>(e.pixels));
  }
  if (vectors_) {
    RNB_ASSERT(static_cast<int64_t>(e.embedding.size()) == source_.embedding_dim());
    vectors_->append(std::span<const float>(e.embedding));
  }
}

nlohmann::json ImageWriter::close(const SourceDigests& digests) {
  for (const auto& writer : {places_.get(), pixels_.get(), vectors_.get()})
    if (writer) writer->close();
  if (pixels_) return {{"size", source_.pixel_size()}};
  if (!places_) return nullptr;
  nlohmann::json tars = nlohmann::json::array();
  for (const fs::path& file : source_.image_files()) {
    tars.push_back({{"name", file.filename().string()},
                    {"bytes", fs::file_size(file)},
                    {"sha256", digests.sha256(file)}});
  }
  return {{"tars", tars}};
}

void write_image_folder(const fs::path& store, const Source& source) {
  const auto files = source.image_files();
  if (files.empty()) return;
  const auto folder = fs::absolute(files.front()).parent_path().lexically_normal();
  write_file_atomic(store / kImageFolderFile, nlohmann::json{{"folder", folder.string()}}.dump(1) + "\n");
}

}  // namespace rnb
