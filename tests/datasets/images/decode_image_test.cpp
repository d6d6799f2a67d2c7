#include <filesystem>

#include <gtest/gtest.h>

#include "base/json_file.h"
#include "datasets/images/image.h"
#include "tests/base/fuzz.h"
#include "tests/datasets/small_tars.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

Image decode(const std::string& content) {
  return decode_image(std::as_bytes(std::span(content)));
}

std::string refusal(const std::string& content) {
  try {
    decode(content);
  } catch (const Error& e) {
    return e.what();
  }
  return "accepted";
}

TEST(DecodeImage, AJpegOfOneColourHasThatColour) {
  const Image image = decode(plain_jpeg(10, 6, {200, 30, 90}, 100));
  EXPECT_EQ(image.width, 10);
  EXPECT_EQ(image.height, 6);
  ASSERT_EQ(image.rgb.size(), 180U);
  for (size_t i = 0; i < 180; ++i) EXPECT_NEAR(image.rgb[i], (std::array{200, 30, 90})[i % 3], 2);
}

TEST(DecodeImage, RefusesWhatIsNoWholeImage) {
  EXPECT_NE(refusal("").find("neither"), std::string::npos);
  EXPECT_NE(refusal("<html>404</html>").find("neither"), std::string::npos);
  const std::string jpeg = plain_jpeg(64, 64, {1, 2, 3});
  EXPECT_NE(refusal(jpeg.substr(0, 40)).find("JPEG"), std::string::npos) << refusal(jpeg.substr(0, 40));
  // Pillow, too, refuses a picture whose end is missing.
  const std::string detailed = read_text_file(RNB_SOURCE_DIR "/tests/datasets/images/fixtures/wide.jpg");
  EXPECT_NE(refusal(detailed.substr(0, detailed.size() / 2)).find("JPEG"), std::string::npos);
}

// A header alone must not make the program allocate gigabytes.
TEST(DecodeImage, RefusesSizesThatNoPhotographHas) {
  std::string png("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x2e\xe0\0\0\x2e\xe0\x08\x06\0\0\0", 29);
  png += std::string(4, '\0') + std::string("\0\0\0\x04IDATabcd\0\0\0\0", 16);
  EXPECT_NE(refusal(png).find("12000 x 12000"), std::string::npos) << refusal(png);
}

TEST(Fuzz, Images) {
  std::vector<std::string> good;
  for (const auto& entry : fs::directory_iterator(RNB_SOURCE_DIR "/tests/datasets/images/fixtures"))
    if (entry.path().extension() != ".npy") good.push_back(read_text_file(entry.path()));
  ASSERT_FALSE(good.empty());
  std::sort(good.begin(), good.end());
  int read = 0, refused = 0;
  fuzz("images", 400, [&](Rng& rng) {
    const std::string content =
        damaged(good[rng.below(good.size())], rng, std::string("\xff\xd8\xda\xc4\xdb\0\x01IDAT", 11));
    const bool whole = accepted([&] {
      const Image image = decode(content);
      EXPECT_EQ(image.rgb.size(), static_cast<size_t>(image.width) * static_cast<size_t>(image.height) * 3);
    });
    ++(whole ? read : refused);
  });
  EXPECT_GT(read + refused, 0);
}

}  // namespace
}  // namespace rnb
