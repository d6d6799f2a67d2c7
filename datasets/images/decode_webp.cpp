#include <webp/decode.h>

#include "base/error.h"
#include "datasets/images/image.h"

namespace rnb {

Image decode_webp(std::span<const std::byte> bytes) {
  const auto* const data = reinterpret_cast<const uint8_t*>(bytes.data());
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(data, bytes.size(), &features) != VP8_STATUS_OK) fail("image", "a damaged WebP header");
  if (features.has_animation) fail("image", "an animated WebP; expected a single picture");
  require_image_size(features.width, features.height);
  const auto pixels = static_cast<size_t>(features.width) * static_cast<size_t>(features.height);
  if (features.has_alpha) {
    std::vector<uint8_t> rgba(pixels * 4);
    if (!WebPDecodeRGBAInto(data, bytes.size(), rgba.data(), rgba.size(), 4 * features.width))
      fail("image", "a damaged WebP of {} x {} pixels", features.width, features.height);
    return {features.width, features.height, on_white(rgba)};
  }
  Image out{features.width, features.height, std::vector<uint8_t>(pixels * 3)};
  if (!WebPDecodeRGBInto(data, bytes.size(), out.rgb.data(), out.rgb.size(), 3 * features.width))
    fail("image", "a damaged WebP of {} x {} pixels", features.width, features.height);
  return out;
}

}  // namespace rnb
