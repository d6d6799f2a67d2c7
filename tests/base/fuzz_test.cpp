#include "tests/base/fuzz.h"

#include <cmath>

#include "base/json_file.h"
#include "base/npy.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {

TEST(Fuzz, Npy) {
  const ScratchFolder folder;
  write_npy<float>(folder.path() / "good.npy", std::vector<float>{1, 2, 3, 4, 5, 6}, {2, 3});
  const std::string good = read_text_file(folder.path() / "good.npy");
  const size_t header = good.size() - 6 * sizeof(float);
  int opened = 0;
  fuzz("npy", 1'500, [&](Rng& rng) {
    // The padding of the header and the data cannot hurt: damage what is read.
    std::string bad = damaged(good.substr(0, rng.below(2) ? 76 : header), rng, "<>|fiu1248(),'{}:0x");
    bad += good.substr(std::min(bad.size(), good.size()));
    opened += accepted([&] {
      const NpyArray array(folder.write("bad.npy", bad));
      double sum = 0;
      const auto add = [&](auto values) {
        for (const auto v : values) sum += static_cast<double>(v);
      };
      if (array.type() == npy_type<float>()) add(array.values<float>());
      if (array.type() == npy_type<double>()) add(array.values<double>());
      if (array.type() == npy_type<int32_t>()) add(array.values<int32_t>());
      if (array.type() == npy_type<int64_t>()) add(array.values<int64_t>());
      if (array.type() == npy_type<uint16_t>()) add(array.values<uint16_t>());
      EXPECT_TRUE(sum <= 0 || sum > 0 || std::isnan(sum));  // read to the last byte
    });
  });
  EXPECT_GT(opened, 0);
}

}  // namespace
}  // namespace rnb
