#include "tests/datasets/tokenizers/hard_texts.h"

#include <array>

#include "base/random.h"
#include "datasets/tokenizers/code_points.h"

namespace rnb {
namespace {

struct Block {
  int32_t first, last;
};

constexpr std::array kBlocks{
    Block{0x20, 0x7E},       Block{0x20, 0x7E},       Block{0x00, 0x1F},       Block{0x7F, 0xFF},
    Block{0x100, 0x24F},     Block{0x300, 0x36F},     Block{0x300, 0x36F},     Block{0x370, 0x52F},
    Block{0x590, 0x6FF},     Block{0x700, 0x8FF},     Block{0x900, 0xDFF},     Block{0xE00, 0xFFF},
    Block{0x1100, 0x11FF},   Block{0x1160, 0x11C2},   Block{0x1AB0, 0x1AFF},   Block{0x1DC0, 0x1DFF},
    Block{0x1E00, 0x1FFF},   Block{0x2000, 0x206F},   Block{0x20D0, 0x20F0},   Block{0x2100, 0x218F},
    Block{0x2190, 0x2BFF},   Block{0x3000, 0x30FF},   Block{0x4E00, 0x9FFF},   Block{0xAC00, 0xD7A3},
    Block{0xF900, 0xFAFF},   Block{0xFB00, 0xFDFF},   Block{0xFE00, 0xFEFF},   Block{0xFF00, 0xFFFD},
    Block{0x10D00, 0x10FFF}, Block{0x11000, 0x119FF}, Block{0x1D000, 0x1D7FF}, Block{0x1E000, 0x1E4FF},
    Block{0x1F000, 0x1FAFF}, Block{0x2F800, 0x2FA1F}, Block{0xE0100, 0xE01EF}, Block{0x378, 0x379},
};

constexpr std::array kPieces{"'s",
                             "'LL",
                             " 'Ve",
                             "\u200d",
                             "\ufe0f",
                             "\U0001f469\u200d\U0001f467",
                             "\r\n",
                             "\n\n",
                             "    ",
                             " \t ",
                             "\u00a0 ",
                             "1234",
                             "<|",
                             "|>",
                             "<|endoftext|>",
                             "<|im_start|>",
                             "<think>",
                             "[MASK]",
                             "a\u0323\u0307",
                             "a\u0307\u0323",
                             "\u1100\u1161\u11a8",
                             "\uac00\u11a8",
                             "the ",
                             "Ab"};

}  // namespace

std::vector<std::string> hard_texts(uint64_t seed, int64_t count) {
  std::vector<std::string> texts;
  for (int64_t i = 0; i < count; ++i) {
    Rng rng(seed, "hard texts", static_cast<uint64_t>(i));
    std::string text;
    const uint64_t length = 1 + rng.below(60);
    Block block = kBlocks[rng.below(kBlocks.size())];
    for (uint64_t n = 0; n < length; ++n) {
      if (rng.below(4) == 0) block = kBlocks[rng.below(kBlocks.size())];
      if (rng.below(5) == 0) {
        text += kPieces[rng.below(kPieces.size())];
      } else {
        const auto span = static_cast<uint64_t>(block.last - block.first + 1);
        append_code_point(text, block.first + static_cast<int32_t>(rng.below(span)));
      }
    }
    texts.push_back(text);
  }
  return texts;
}

std::vector<std::string> every_code_point() {
  std::vector<std::string> texts;
  std::string text;
  for (int32_t code = 0; code <= 0x10FFFF; ++code) {
    // Planes 0 to 3 up to the last assigned block, tags and variation selectors, and the last code point.
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (surrogate || !(code < 0x33500 || (code >= 0xE0000 && code < 0xE0200) || code == 0x10FFFF)) continue;
    for (const char* before : {"a", "1", "!", " ", "\n", "\u0301"}) {
      text += before;
      append_code_point(text, code);
    }
    if (text.size() < 8000 && code < 0x10FFFF) continue;
    texts.push_back(text);
    text.clear();
  }
  return texts;
}

}  // namespace rnb
