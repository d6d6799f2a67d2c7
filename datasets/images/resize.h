#pragma once
// Bicubic resizing with antialiasing, byte for byte as Pillow's Image.resize(BICUBIC) on RGB: the filter is
// widened by the scale, each direction is a pass of its own, sums are fixed point with 22 fractional bits.
// The horizontal pass comes first, as in Pillow up to 12; Pillow 13 does some tall images the other way
// round, which moves single bytes by a few steps.

#include "datasets/images/image.h"

namespace rnb {

struct Box {
  int x = 0, y = 0, width = 0, height = 0;
};

// `box` lies within the image and is what is resized to width x height.
Image resize_bicubic(const Image& image, const Box& box, int width, int height);

}  // namespace rnb
