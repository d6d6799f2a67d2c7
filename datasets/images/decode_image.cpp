#include "base/error.h"
#include "datasets/images/image.h"

namespace rnb {

void require_image_size(int64_t width, int64_t height) {
  if (width < 1 || height < 1 || width > kMostPixels / height)
    fail("image", "an image of {} x {} pixels; expected 1 to {} pixels in all", width, height, kMostPixels);
}

std::vector<uint8_t> on_white(std::span<const uint8_t> rgba) {
  constexpr unsigned kBits = 7;  // of fraction
  std::vector<uint8_t> rgb(rgba.size() / 4 * 3);
  for (size_t i = 0; i < rgba.size() / 4; ++i) {
    const unsigned alpha = rgba[4 * i + 3];
    for (size_t c = 0; c < 3; ++c) {
      const unsigned sum = ((rgba[4 * i + c] * alpha + 255 * (255 - alpha)) << kBits) + (0x80U << kBits);
      rgb[3 * i + c] = static_cast<uint8_t>(((sum >> 8) + sum) >> 8 >> kBits);
    }
  }
  return rgb;
}

Image decode_image(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("\xff\xd8\xff")) return decode_jpeg(bytes);
  if (text.starts_with("\x89PNG\r\n\x1a\n")) return decode_png(bytes);
  if (text.size() > 12 && text.starts_with("RIFF") && text.substr(8, 4) == "WEBP") return decode_webp(bytes);
  fail("image", "the first of {} bytes are neither those of a JPEG, a PNG nor a WebP file", bytes.size());
}

}  // namespace rnb
