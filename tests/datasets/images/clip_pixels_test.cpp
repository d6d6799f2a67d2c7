// Parity with transformers' CLIPImageProcessor on Pillow: images that Pillow wrote
// (tests/oracle/image_fixtures.py) and what the processor made of them.
//
// The resampling is Pillow's to the last bit, so PNG and lossless WebP must agree to float rounding. JPEG and
// lossy WebP are decoded by another build of the same libraries, whose colour conversion may round a byte
// differently: one step of 255, divided by the smallest deviation, is 0.0151. Images taller than wide may
// differ by six steps: Pillow 13 makes the vertical pass first where that is faster, and bytes between the
// passes are rounded and clipped (noise resized in either order differs by up to 7, these pictures by 3).

#include "datasets/images/clip_pixels.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "base/json_file.h"
#include "base/npy.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

const fs::path kOracle = RNB_SOURCE_DIR "/.venv-oracle/bin/python";

Image read_image(const fs::path& file) {
  const std::string content = read_text_file(file);
  return decode_image(std::as_bytes(std::span(content)));
}

void expect_parity(const fs::path& folder) {
  int compared = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path file = entry.path();
    if (file.extension() == ".npy") continue;
    SCOPED_TRACE(file.string());
    const NpyArray theirs(fs::path(file).replace_extension(".npy"));
    const auto size = static_cast<int>(theirs.shape().at(1));
    const Image image = read_image(file);
    const bool lossless = file.extension() == ".png" || file.stem() == "lossless";
    const double step = 1.01 / 255 / 0.2613;
    const double tolerance = image.height > image.width ? 6 * step : lossless ? 1e-5 : step;
    std::vector<float> ours(static_cast<size_t>(theirs.size()));
    normalised_pixels(centre_square(image, size), ours);
    double worst = 0;
    for (size_t i = 0; i < ours.size(); ++i)
      worst = std::max(worst, std::abs(static_cast<double>(ours[i]) - theirs.values<float>()[i]));
    EXPECT_LE(worst, tolerance);
    ++compared;
  }
  EXPECT_EQ(compared, 13);
}

TEST(ClipPixels, AreWhatTransformersMakesOfAnImage) {
  expect_parity(RNB_SOURCE_DIR "/tests/datasets/images/fixtures");
}

TEST(LiveClipPixels, AreWhatTransformersMakesOfNewImages) {
  if (!fs::exists(kOracle)) GTEST_SKIP() << "scripts/setup.sh --oracle installs transformers";
  if (std::system((kOracle.string() + " -c 'import PIL' 2>/dev/null").c_str()) != 0)
    GTEST_SKIP() << "scripts/setup.sh --oracle installs Pillow";
  const ScratchFolder scratch;
  const std::string command = kOracle.string() + " " RNB_SOURCE_DIR "/tests/oracle/image_fixtures.py " +
                              scratch.path().string() + " 99 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  expect_parity(scratch.path());
}

TEST(CentreSquare, AnImageOfTheSizeIsTakenAsItIs) {
  Image image{4, 4, {}};
  for (int i = 0; i < 48; ++i) image.rgb.push_back(static_cast<uint8_t>(5 * i));
  EXPECT_EQ(centre_square(image, 4).rgb, image.rgb);
}

TEST(CentreSquare, CutsTheMiddleOfTheLongerSide) {
  Image image{5, 2, {}};  // columns 0 to 4
  for (int y = 0; y < 2; ++y)
    for (int x = 0; x < 5; ++x) image.rgb.insert(image.rgb.end(), 3, static_cast<uint8_t>(10 * x));
  // transformers cuts from (5 - 2) / 2 = 1, rounded down.
  EXPECT_EQ(centre_square(image, 2).rgb,
            (std::vector<uint8_t>{10, 10, 10, 20, 20, 20, 10, 10, 10, 20, 20, 20}));
}

TEST(RandomCrop, KeepsNineTenthsAtLeastAndStaysInside) {
  double least = 1, most = 0;
  for (uint64_t i = 0; i < 2000; ++i) {
    const Box box = random_crop(200, 160, Rng(1, "augment", 3, i));
    ASSERT_GE(box.x, 0);
    ASSERT_GE(box.y, 0);
    ASSERT_LE(box.x + box.width, 200);
    ASSERT_LE(box.y + box.height, 160);
    const double share = box.width * box.height / (200.0 * 160.0),
                 aspect = static_cast<double>(box.width) / box.height;
    least = std::min(least, share);
    most = std::max(most, share);
    EXPECT_GT(aspect, 0.74);
    EXPECT_LT(aspect, 1.35);
  }
  EXPECT_GT(least, 0.89);  // sides are rounded to whole pixels
  EXPECT_LT(least, 0.92);
  EXPECT_GT(most, 0.98);
}

// torchvision's way out: the largest box of an allowed aspect, in the middle.
TEST(RandomCrop, OfAStripIsTheLargestBoxOfAnAllowedAspect) {
  const Box wide = random_crop(400, 30, Rng(1, "augment", 0, 0)),
            tall = random_crop(30, 400, Rng(1, "augment", 0, 0));
  EXPECT_EQ(wide.width, 40);
  EXPECT_EQ(wide.x, 180);
  EXPECT_EQ(tall.height, 40);
  EXPECT_EQ(tall.y, 180);
}

TEST(RandomCrop, DependsOnItsKeyAlone) {
  const auto crop = [](uint64_t seed, uint64_t step, uint64_t example) {
    const Box b = random_crop(100, 100, Rng(seed, "augment", step, example));
    return std::array{b.x, b.y, b.width, b.height};
  };
  EXPECT_EQ(crop(1, 2, 3), crop(1, 2, 3));
  EXPECT_NE(crop(1, 2, 3), crop(1, 2, 4));
  EXPECT_NE(crop(1, 2, 3), crop(1, 3, 3));
  EXPECT_NE(crop(1, 2, 3), crop(2, 2, 3));
}

}  // namespace
}  // namespace rnb
