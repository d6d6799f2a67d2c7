#include <memory>

#include <turbojpeg.h>

#include "base/error.h"
#include "datasets/images/image.h"

namespace rnb {
namespace {

struct Destroy {
  void operator()(void* handle) const { tjDestroy(handle); }
};

// Adobe's CMYK is stored inverted: 255 is no ink.
void to_rgb(const std::vector<uint8_t>& cmyk, std::vector<uint8_t>& rgb) {
  for (size_t i = 0; i < rgb.size() / 3; ++i)
    for (size_t c = 0; c < 3; ++c) {
      const int product = cmyk[4 * i + c] * cmyk[4 * i + 3];
      rgb[3 * i + c] = static_cast<uint8_t>((product + 127) / 255);
    }
}

}  // namespace

Image decode_jpeg(std::span<const std::byte> bytes) {
  const std::unique_ptr<void, Destroy> decoder(tjInitDecompress());
  if (!decoder) fail("image", "libjpeg-turbo cannot start: {}", tjGetErrorStr2(nullptr));
  const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto size = static_cast<unsigned long>(bytes.size());
  int width = 0, height = 0, subsampling = 0, colours = 0;
  if (tjDecompressHeader3(decoder.get(), data, size, &width, &height, &subsampling, &colours) != 0 &&
      tjGetErrorCode(decoder.get()) == TJERR_FATAL)
    fail("image", "a damaged JPEG: {}", tjGetErrorStr2(decoder.get()));
  if (width < 1) fail("image", "a damaged JPEG: it ends before its size is told");
  require_image_size(width, height);
  const bool cmyk = colours == TJCS_CMYK || colours == TJCS_YCCK;
  const auto pixels = static_cast<size_t>(width) * static_cast<size_t>(height);
  Image out{width, height, std::vector<uint8_t>(pixels * 3)};
  std::vector<uint8_t> four(cmyk ? pixels * 4 : 0);
  // The accurate transform and smooth chroma are what Pillow uses. A progressive file may hold endless scans.
  constexpr int kFlags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS;
  if (tjDecompress2(decoder.get(), data, size, cmyk ? four.data() : out.rgb.data(), width, 0, height,
                    cmyk ? TJPF_CMYK : TJPF_RGB, kFlags) != 0) {
    // Warnings are of no consequence but for one: the rest of a file cut short is grey.
    const std::string_view why = tjGetErrorStr2(decoder.get());
    if (tjGetErrorCode(decoder.get()) == TJERR_FATAL || why.find("Premature end") != std::string_view::npos)
      fail("image", "a damaged JPEG: {}", why);
  }
  if (cmyk) to_rgb(four, out.rgb);
  return out;
}

}  // namespace rnb
