#pragma once
// The images of a store under construction: where they lie in their tars, or their pixels.
//
//   image.npy   int64 [n, 3]  tar (in the manifest's images.tars), offset and bytes of each image
//   tars.json   {"folder": ...} where these tars are; not part of the digest, so that they may be moved
//   pixels.npy  uint8 [n, S, S, 3]  instead of both, of a source that brings pixels
//   vectors.npy float32 [n, dim]  embeddings that came with the data

#include <memory>

#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "datasets/source.h"
#include "datasets/source_digests.h"

namespace rnb {

constexpr const char* kImageFolderFile = "tars.json";

class ImageWriter {
 public:
  ImageWriter(const std::filesystem::path& store, const Source& source);
  void add(const Example& example);
  // What the manifest says of them, null for a store without images; `digests`: of the source's files.
  nlohmann::json close(const SourceDigests& digests);

 private:
  const Source& source_;
  std::unique_ptr<NpyWriter> places_, pixels_, vectors_;
};

// Writes tars.json, where the source has image files.
void write_image_folder(const std::filesystem::path& store, const Source& source);

}  // namespace rnb
