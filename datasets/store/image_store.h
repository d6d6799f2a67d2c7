#pragma once
// The images of a prepared store, wherever they lie: decoded from their tars, or taken as they are.

#include <optional>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "base/npy.h"
#include "datasets/images/image.h"
#include "datasets/store/store.h"

namespace rnb {

bool has_images(const Store& store);

class ImageStore {
 public:
  // Checks that every tar is there with the size that it had at preparation, and that every image lies within
  // its tar. Throws Error naming the tar.
  explicit ImageStore(const Store& store);
  // Thread-safe. Throws Error naming the tar and the example where it no longer holds the image.
  Image image(int64_t example) const;

 private:
  const Store& store_;
  std::vector<std::filesystem::path> tars_;
  std::vector<MappedFile> maps_;
  std::optional<NpyArray> places_, pixels_;
};

// Reads every tar whole and compares it with its SHA-256 in the manifest; Error naming all that differ.
void verify_images(const Store& store);

}  // namespace rnb
