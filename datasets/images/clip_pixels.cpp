#include "datasets/images/clip_pixels.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"

namespace rnb {
namespace {

constexpr std::array<double, 3> kMean{0.48145466, 0.4578275, 0.40821073};
constexpr std::array<double, 3> kDeviation{0.26862954, 0.26130258, 0.27577711};
constexpr double kLeastArea = 0.9, kMostArea = 1.0, kNarrowest = 3.0 / 4.0, kWidest = 4.0 / 3.0;
constexpr int kTries = 10;

Image cut(const Image& image, const Box& box) {
  Image out{box.width, box.height, {}};
  out.rgb.reserve(static_cast<size_t>(box.width) * static_cast<size_t>(box.height) * 3);
  for (int y = 0; y < box.height; ++y) {
    const auto* row =
        image.rgb.data() +
        (static_cast<size_t>(box.y + y) * static_cast<size_t>(image.width) + static_cast<size_t>(box.x)) * 3;
    out.rgb.insert(out.rgb.end(), row, row + static_cast<size_t>(box.width) * 3);
  }
  return out;
}

// The longer side that belongs to a shorter one of `size`; truncated, as transformers does.
int longer(int size, int other, int shorter) {
  return std::max(size, static_cast<int>(static_cast<double>(size) * other / shorter));
}

}  // namespace

Image centre_square(const Image& image, int size) {
  const bool wide = image.width > image.height;
  const int width = wide ? longer(size, image.width, image.height) : size;
  const int height = wide ? size : longer(size, image.height, image.width);
  require_image_size(width, height);  // a hair-thin strip grows long
  const bool same = width == image.width && height == image.height;
  const Image resized =
      same ? Image{} : resize_bicubic(image, {0, 0, image.width, image.height}, width, height);
  return cut(same ? image : resized, {(width - size) / 2, (height - size) / 2, size, size});
}

Box random_crop(int width, int height, Rng rng) {
  const double area = static_cast<double>(width) * height;
  for (int t = 0; t < kTries; ++t) {
    const double target = area * (kLeastArea + (kMostArea - kLeastArea) * rng.uniform());
    const double low = std::log(kNarrowest), high = std::log(kWidest);
    const double aspect = std::exp(low + (high - low) * rng.uniform());
    const int w = static_cast<int>(std::lround(std::sqrt(target * aspect)));
    const int h = static_cast<int>(std::lround(std::sqrt(target / aspect)));
    const auto place = [&](int room) { return static_cast<int>(rng.below(static_cast<uint64_t>(room) + 1)); };
    if (w > 0 && h > 0 && w <= width && h <= height) {
      const int y = place(height - h);
      return {place(width - w), y, w, h};
    }
  }
  int w = width, h = height;
  if (width < kNarrowest * height) h = std::max(1, static_cast<int>(std::lround(width / kNarrowest)));
  if (width > kWidest * height) w = std::max(1, static_cast<int>(std::lround(height * kWidest)));
  return {(width - w) / 2, (height - h) / 2, w, h};
}

void normalised_pixels(const Image& square, std::span<float> out) {
  const auto area = static_cast<size_t>(square.width) * static_cast<size_t>(square.height);
  RNB_ASSERT(out.size() == 3 * area);
  for (size_t c = 0; c < 3; ++c) {
    std::array<float, 256> value;
    for (size_t v = 0; v < 256; ++v)
      value[v] = static_cast<float>((static_cast<double>(v) / 255.0 - kMean[c]) / kDeviation[c]);
    for (size_t i = 0; i < area; ++i) out[c * area + i] = value[square.rgb[3 * i + c]];
  }
}

}  // namespace rnb
