#include "methods/math/regressors.h"

#include <limits>

#include <gtest/gtest.h>

namespace rnb {
namespace {

std::vector<size_t> places(const LowestRows& rows) {
  std::vector<size_t> out;
  for (const auto& entry : rows.sorted()) out.push_back(entry.place);
  return out;
}

TEST(LowestRows, KeepsTheLowestAndOfEqualOnesTheFirst) {
  LowestRows best(3);
  for (const double value : {5.0, 2.0, 7.0, 2.0, 1.0, 2.0, 9.0}) best.offer(value, {value});
  EXPECT_EQ(places(best), (std::vector<size_t>{4, 1, 3}));
  EXPECT_EQ(best.mean(), std::vector<double>{1.0 / 3 + 2.0 / 3 + 2.0 / 3});
}

TEST(LowestRows, FewerThanAskedForAreAllKept) {
  LowestRows best(10);
  best.offer(2, {4, 0});
  best.offer(1, {0, 8});
  EXPECT_EQ(places(best), (std::vector<size_t>{1, 0}));
  EXPECT_EQ(best.mean(), (std::vector<double>{2, 4}));
}

TEST(LowestRows, InfinitePredictionsAreTheWorst) {
  LowestRows best(1);
  best.offer(std::numeric_limits<double>::infinity(), {1});
  best.offer(3, {2});
  EXPECT_EQ(places(best), std::vector<size_t>{1});
}

}  // namespace
}  // namespace rnb
