#include "base/peak_memory.h"

#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include "base/launch.h"

namespace rnb {
namespace {

constexpr size_t kMore = size_t{256} << 20U;

TEST(PeakMemory, CountsWhatWasTouchedInBytesAndNeverFalls) {
  const double before = peak_memory_bytes();
  EXPECT_GT(before, 1e6);
  {
    std::vector<char> block(kMore, 1);
    EXPECT_EQ(std::memchr(block.data(), 2, block.size()), nullptr);
  }
  const double after = peak_memory_bytes();
  EXPECT_GE(after, static_cast<double>(kMore));
  EXPECT_GE(after, before);
  EXPECT_LT(after, before + 4.0 * kMore);
}

TEST(PeakMemory, ChildrenCountOnceTheyHaveEnded) {
  EXPECT_EQ(run_program({.words = {"true"}}), 0);
  EXPECT_GT(peak_memory_bytes_of_children(), 1e5);
}

}  // namespace
}  // namespace rnb
