#include "harness/trainer/schedule.h"

#include <gtest/gtest.h>

namespace rnb {
namespace {

TEST(LearningRate, WarmsUpLinearlyToThePeak) {
  EXPECT_DOUBLE_EQ(learning_rate(Schedule::Cosine, 1, 100, 1.0, 0.0, 0.1), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate(Schedule::Cosine, 10, 100, 1.0, 0.0, 0.1), 1.0);
}

TEST(LearningRate, CosineIsHalfwayInTheMiddleAndEndsAtTheFloor) {
  EXPECT_NEAR(learning_rate(Schedule::Cosine, 50, 100, 1.0, 0.2, 0.0), 0.6, 1e-12);
  EXPECT_NEAR(learning_rate(Schedule::Cosine, 100, 100, 1.0, 0.2, 0.0), 0.2, 1e-12);
}

TEST(LearningRate, LinearFallsEvenly) {
  EXPECT_NEAR(learning_rate(Schedule::Linear, 25, 100, 2.0, 0.0, 0.0), 1.5, 1e-12);
  EXPECT_NEAR(learning_rate(Schedule::Linear, 75, 100, 2.0, 0.0, 0.0), 0.5, 1e-12);
}

TEST(LearningRate, ConstantStaysAndOneStepIsDefined) {
  EXPECT_DOUBLE_EQ(learning_rate(Schedule::Constant, 99, 100, 3.0, 0.0, 0.1), 3.0);
  EXPECT_DOUBLE_EQ(learning_rate(Schedule::Cosine, 1, 1, 3.0, 0.0, 0.05), 3.0);
}

}  // namespace
}  // namespace rnb
