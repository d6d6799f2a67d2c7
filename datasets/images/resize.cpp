#include "datasets/images/resize.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace rnb {
namespace {

constexpr int kBits = 32 - 8 - 2;

double cubic(double x) {  // Keys' kernel with a = -0.5
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

// For each output place: where its window of input places begins, and the weights there.
struct Weights {
  std::vector<int> first;
  std::vector<std::vector<int>> weight;
};

Weights weights_of(int in, int out) {
  const double scale = static_cast<double>(in) / out, widened = std::max(scale, 1.0), support = 2 * widened;
  Weights w;
  for (int o = 0; o < out; ++o) {
    const double centre = (o + 0.5) * scale;
    const int first = std::max(static_cast<int>(centre - support + 0.5), 0);
    const int last = std::min(static_cast<int>(centre + support + 0.5), in);
    std::vector<double> k;
    double sum = 0;
    for (int i = first; i < last; ++i) {
      k.push_back(cubic((i - centre + 0.5) * (1.0 / widened)));
      sum += k.back();
    }
    std::vector<int> fixed;
    for (double x : k) {
      if (sum != 0) x /= sum;
      fixed.push_back(static_cast<int>((x < 0 ? -0.5 : 0.5) + x * (1 << kBits)));
    }
    w.first.push_back(first);
    w.weight.push_back(std::move(fixed));
  }
  return w;
}

uint8_t clip(int sum) {
  return static_cast<uint8_t>(std::clamp(sum >> kBits, 0, 255));
}

}  // namespace

Image resize_bicubic(const Image& image, const Box& box, int width, int height) {
  RNB_ASSERT(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0 && width > 0 && height > 0 &&
             box.x + box.width <= image.width && box.y + box.height <= image.height);
  const auto at = [](int row, int columns, int column) {
    return (static_cast<size_t>(row) * static_cast<size_t>(columns) + static_cast<size_t>(column)) * 3;
  };
  constexpr int kHalf = 1 << (kBits - 1);
  Image across{width, box.height,
               std::vector<uint8_t>(static_cast<size_t>(width) * static_cast<size_t>(box.height) * 3)};
  const Weights horizontal = weights_of(box.width, width), vertical = weights_of(box.height, height);
  for (int y = 0; y < box.height; ++y)
    for (int x = 0; x < width; ++x) {
      const auto& k = horizontal.weight[static_cast<size_t>(x)];
      const uint8_t* in =
          &image.rgb[at(box.y + y, image.width, box.x + horizontal.first[static_cast<size_t>(x)])];
      int sum[3] = {kHalf, kHalf, kHalf};
      for (const int w : k) {
        for (int c = 0; c < 3; ++c) sum[c] += *in++ * w;
      }
      for (int c = 0; c < 3; ++c) across.rgb[at(y, width, x) + static_cast<size_t>(c)] = clip(sum[c]);
    }
  if (height == box.height) return across;  // Pillow skips a pass that changes nothing
  Image out{width, height,
            std::vector<uint8_t>(static_cast<size_t>(width) * static_cast<size_t>(height) * 3)};
  std::vector<int> sums(static_cast<size_t>(width) * 3);
  for (int y = 0; y < height; ++y) {
    const auto& k = vertical.weight[static_cast<size_t>(y)];
    std::fill(sums.begin(), sums.end(), kHalf);
    for (size_t i = 0; i < k.size(); ++i) {
      const uint8_t* in =
          &across.rgb[at(vertical.first[static_cast<size_t>(y)] + static_cast<int>(i), width, 0)];
      for (size_t j = 0; j < sums.size(); ++j) sums[j] += in[j] * k[i];
    }
    for (size_t j = 0; j < sums.size(); ++j) out.rgb[at(y, width, 0) + j] = clip(sums[j]);
  }
  return out;
}

}  // namespace rnb
