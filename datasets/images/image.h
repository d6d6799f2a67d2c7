#pragma once
// Images as rows of RGB bytes, decoded from what the web sends: JPEG, PNG, WebP.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace rnb {

struct Image {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;  // height x width x 3
};

// The format is told by the first bytes, not by a name. What is transparent is laid on white, and grey or
// CMYK becomes RGB, as transformers' convert_to_rgb does. Throws Error with the reason (no image, damaged,
// cut short, too large).
Image decode_image(std::span<const std::byte> bytes);

// What decode_image asks; each checks the size against kMostPixels before it allocates.
Image decode_jpeg(std::span<const std::byte> bytes);
Image decode_png(std::span<const std::byte> bytes);
Image decode_webp(std::span<const std::byte> bytes);

// RGBA pixels on white: Pillow's alpha_composite to the byte.
std::vector<uint8_t> on_white(std::span<const uint8_t> rgba);

constexpr int64_t kMostPixels = 89'478'485;              // Pillow's own limit (a quarter of a GiB of RGB)
void require_image_size(int64_t width, int64_t height);  // Error beyond the limit, or when empty

}  // namespace rnb
