#include "datasets/tokenizers/byte_level.h"

#include "datasets/tokenizers/code_points.h"

namespace rnb {

std::array<int32_t, 256> byte_stand_ins() {
  std::array<int32_t, 256> out{};
  int32_t extra = 0;
  for (int32_t b = 0; b < 256; ++b) {
    const bool printable = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
    out[static_cast<size_t>(b)] = printable ? b : 256 + extra++;
  }
  return out;
}

void append_token_bytes(std::string& out, std::string_view token) {
  constexpr size_t kStandIns = 0x144;  // one past the largest stand-in
  static const auto kBytes = [] {
    std::array<int, kStandIns> bytes{};
    bytes.fill(-1);
    const auto stand_ins = byte_stand_ins();
    for (size_t b = 0; b < 256; ++b) bytes[static_cast<size_t>(stand_ins[b])] = static_cast<int>(b);
    return bytes;
  }();
  each_code_point(token, [&](int32_t code) {
    const int byte = static_cast<size_t>(code) < kStandIns ? kBytes[static_cast<size_t>(code)] : -1;
    if (byte < 0) {
      append_code_point(out, code);
    } else {
      out += static_cast<char>(byte);
    }
  });
}

}  // namespace rnb
