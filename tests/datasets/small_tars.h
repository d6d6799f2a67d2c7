#pragma once
// Tars and images made by hand, for the tests of image-text data.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <turbojpeg.h>

namespace rnb {

// A ustar header of POSIX.1-1988, field by field.
inline std::string tar_header(std::string_view name, uint64_t bytes, char type = '0',
                              std::string_view prefix = "") {
  std::string h(512, '\0');
  const auto put = [&](size_t at, std::string_view text) {
    std::memcpy(h.data() + at, text.data(), text.size());
  };
  put(0, name.substr(0, 100));
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", bytes));
  put(136, "00000000000");
  put(148, "        ");
  h[156] = type;
  put(257, std::string_view("ustar\0"
                            "00",
                            8));
  put(345, prefix);
  unsigned sum = 0;
  for (const char c : h) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum));
  h[154] = '\0';
  h[155] = ' ';
  return h;
}

inline std::string tar_member(std::string_view name, std::string_view content, char type = '0') {
  std::string out = tar_header(name, content.size(), type) + std::string(content);
  out.resize((out.size() + 511) / 512 * 512, '\0');
  return out;
}

inline std::string tar_of(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out;
  for (const auto& [name, content] : members) out += tar_member(name, content);
  return out + std::string(1024, '\0');
}

// A JPEG of one colour, which grows darker by `ramp` a column.
inline std::string plain_jpeg(int width, int height, std::array<uint8_t, 3> colour, int quality = 95,
                              int ramp = 0) {
  std::vector<uint8_t> rgb(static_cast<size_t>(width) * static_cast<size_t>(height) * 3);
  for (size_t i = 0; i < rgb.size(); ++i) {
    const int column = static_cast<int>(i / 3) % width;
    rgb[i] = static_cast<uint8_t>(std::max(colour[i % 3] - ramp * column, 0));
  }
  unsigned char* data = nullptr;
  unsigned long size = 0;
  void* const encoder = tjInitCompress();
  tjCompress2(encoder, rgb.data(), width, 0, height, TJPF_RGB, &data, &size, TJSAMP_444, quality, 0);
  std::string out(reinterpret_cast<const char*>(data), size);
  tjFree(data);
  tjDestroy(encoder);
  return out;
}

}  // namespace rnb
