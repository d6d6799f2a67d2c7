#include "harness/config/budget.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace rnb {
namespace {

TEST(Budget, IsAPositiveNumberOfFlops) {
  EXPECT_DOUBLE_EQ(parse_budget("flops=2e12"), 2e12);
  EXPECT_DOUBLE_EQ(parse_budget("flops=5"), 5);
}

TEST(Budget, AnythingElseIsRefused) {
  for (const char* bad : {"", "2e12", "flops", "flops=", "flops=0", "flops=-1", "flops=nan", "flops=inf",
                          "flops=1e400", "flops=2e12x", " flops=1", "FLOPS=1", "seconds=3"})
    EXPECT_THROW(parse_budget(bad), UsageError) << bad;
}

}  // namespace
}  // namespace rnb
