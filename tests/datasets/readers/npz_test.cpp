#include "datasets/readers/npz.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/json_file.h"
#include "tests/base/fuzz.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {

TEST(Npz, ArraysComeBackAsTheyWere) {
  const ScratchFolder folder;
  const std::vector<float> a{1.5F, -2, 3, 4, 5, 6}, b{7};
  write_npz(folder.path() / "x.npz", {{"a", {{2, 3}, a}}, {"b", {{}, b}}});
  const NpzFile file(folder.path() / "x.npz");
  EXPECT_TRUE(file.has("a"));
  EXPECT_EQ(file.read("a").header.shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(file.read("a").floats(), a);
  EXPECT_EQ(file.read("b").floats(), b);
  EXPECT_THROW(file.read("c"), Error);
}

// numpy.savez_compressed(half=float16, whole=int64): tests/oracle/npz_fixture.py.
TEST(Npz, NumpysDeflatedHalvesAreRead) {
  const NpzFile file(RNB_SOURCE_DIR "/tests/datasets/fixtures/half.npz");
  const auto half = file.read("half");
  EXPECT_EQ(half.header.shape, (std::vector<int64_t>{2, 4}));
  const std::vector<float> expected{
      0, 1, -2.5F, 65504, 0.333251953125F, 5.9604644775390625e-08F, 6.103515625e-05F, -0.5F};
  EXPECT_EQ(half.floats(), expected);
  EXPECT_THROW(file.read("whole").floats(), Error);
}

TEST(FloatOfHalf, SpecialValues) {
  EXPECT_TRUE(std::isinf(float_of_half(0x7c00)));
  EXPECT_LT(float_of_half(0xfc00), 0);
  EXPECT_TRUE(std::isnan(float_of_half(0x7e00)));
  EXPECT_EQ(float_of_half(0x3c01), 1.0009765625F);
}

TEST(Fuzz, Npz) {
  const ScratchFolder folder;
  const std::string good = read_text_file(RNB_SOURCE_DIR "/tests/datasets/fixtures/half.npz");
  int read = 0, refused = 0;
  fuzz("npz", 300, [&](Rng& rng) {
    const auto file = folder.write("x.npz", damaged(good, rng, std::string("PK\x01\x02\x05\x06\0\xff", 8)));
    const bool whole = accepted([&] {
      const NpzFile npz(file);
      for (const std::string& name : npz.names()) npz.read(name);
    });
    ++(whole ? read : refused);
  });
  EXPECT_GT(refused, 0);
  EXPECT_GT(read + refused, 0);
}

}  // namespace
}  // namespace rnb
