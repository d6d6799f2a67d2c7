#pragma once
// What CLIP sees of an image: S x S pixels, channel by channel, normalised by OpenAI's means and deviations.

#include <cstdint>
#include <optional>
#include <span>

#include "base/random.h"
#include "datasets/images/resize.h"

namespace rnb {

// Evaluation (transformers' CLIPImageProcessor): shorter side to `size`, bicubic, then the centre.
Image centre_square(const Image& image, int size);

// Training (OpenCLIP: RandomResizedCrop with scale 0.9 to 1.0, aspect 3/4 to 4/3): the box that is resized to
// a square. Ten tries, then the largest box of an allowed aspect in the middle, as torchvision.
Box random_crop(int width, int height, Rng rng);

// [3 x S x S] of a square image, (x / 255 - mean) / deviation.
void normalised_pixels(const Image& square, std::span<float> out);

}  // namespace rnb
