#include "base/parallel.h"

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace rnb {
namespace {

TEST(ParallelFor, CallsEveryIndexOnce) {
  for (const int threads : {1, 2, 7}) {
    std::vector<std::atomic<int>> calls(1000);
    parallel_for(1000, threads, [&](int64_t i) { ++calls[static_cast<size_t>(i)]; });
    for (const auto& n : calls) ASSERT_EQ(n.load(), 1) << threads << " threads";
  }
}

TEST(ParallelFor, DoesNothingForAnEmptyRange) {
  parallel_for(0, 4, [](int64_t) { FAIL() << "called"; });
}

// Index 5 fails in every order of execution: indices are handed out in ascending order, so it always runs.
TEST(ParallelFor, RethrowsTheLowestFailure) {
  for (const int threads : {1, 4}) {
    try {
      parallel_for(1000, threads, [](int64_t i) {
        if (i >= 5) throw std::runtime_error(std::to_string(i));
      });
      FAIL() << "no exception";
    } catch (const std::runtime_error& e) {
      EXPECT_STREQ(e.what(), "5") << threads << " threads";
    }
  }
}

}  // namespace
}  // namespace rnb
