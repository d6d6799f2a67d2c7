#include <climits>
#include <memory>

#include "base/error.h"
#include "datasets/images/image.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wsign-compare"
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STBI_MAX_DIMENSIONS (1 << 24)
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

namespace rnb {

Image decode_png(std::span<const std::byte> bytes) {
  const auto* const data = reinterpret_cast<const stbi_uc*>(bytes.data());
  if (bytes.size() > INT_MAX) fail("image", "a PNG of {} bytes; expected less than 2 GiB", bytes.size());
  const auto size = static_cast<int>(bytes.size());
  int width = 0, height = 0, channels = 0;
  if (!stbi_info_from_memory(data, size, &width, &height, &channels))
    fail("image", "a damaged PNG: {}", stbi_failure_reason());
  require_image_size(width, height);
  const std::unique_ptr<stbi_uc, void (*)(void*)> decoded(
      stbi_load_from_memory(data, size, &width, &height, &channels, 4), stbi_image_free);
  if (!decoded) fail("image", "a damaged PNG: {}", stbi_failure_reason());
  const auto pixels = static_cast<size_t>(width) * static_cast<size_t>(height);
  return {width, height, on_white({decoded.get(), pixels * 4})};
}

}  // namespace rnb
