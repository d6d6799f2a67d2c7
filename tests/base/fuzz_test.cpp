#include "tests/base/fuzz.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

#include "base/json_file.h"
#include "base/npy.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {

int64_t elements_of(const std::vector<int64_t>& shape) {
  if (std::count(shape.begin(), shape.end(), 0) > 0) return 0;
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

TEST(Fuzz, Npy) {
  const ScratchFolder folder;
  write_npy<float>(folder.path() / "good.npy", std::vector<float>{1, 2, 3, 4, 5, 6}, {2, 3});
  const std::string good = read_text_file(folder.path() / "good.npy");
  const size_t header = good.size() - 6 * sizeof(float);
  int opened = 0;
  volatile double sum = 0;  // so that reading is not left out
  fuzz("npy", 1'500, [&](Rng& rng) {
    // The padding of the header and the data cannot hurt: damage what is read.
    std::string bad = damaged(good.substr(0, rng.below(2) ? 76 : header), rng, "<>|fiu1248(),'{}:0x");
    bad += good.substr(std::min(bad.size(), good.size()));
    opened += accepted([&] {
      const NpyArray array(folder.write("bad.npy", bad));
      const auto read = [&](auto values) {
        EXPECT_EQ(static_cast<int64_t>(values.size()), elements_of(array.shape()));
        EXPECT_LE(values.size_bytes(), bad.size()) << "more than the file holds";
        for (const auto v : values) sum = sum + static_cast<double>(v);  // to the last byte
      };
      if (array.type() == npy_type<float>()) read(array.values<float>());
      if (array.type() == npy_type<double>()) read(array.values<double>());
      if (array.type() == npy_type<int32_t>()) read(array.values<int32_t>());
      if (array.type() == npy_type<int64_t>()) read(array.values<int64_t>());
      if (array.type() == npy_type<uint16_t>()) read(array.values<uint16_t>());
    });
  });
  EXPECT_GT(opened, 0);
}

}  // namespace
}  // namespace rnb
