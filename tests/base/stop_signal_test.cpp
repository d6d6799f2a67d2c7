#include "base/stop_signal.h"

#include <csignal>

#include <gtest/gtest.h>

namespace rnb {
namespace {

TEST(StopSignal, IsRememberedWithItsNumber) {
  watch_stop_signals(SecondSignal::IsCounted);
  EXPECT_EQ(stop_signal(), 0);
  std::raise(SIGTERM);
  EXPECT_EQ(stop_signal(), SIGTERM);
  EXPECT_EQ(stop_signals_count(), 1);
  std::raise(SIGTERM);
  std::raise(SIGINT);
  EXPECT_EQ(stop_signal(), SIGINT);
  EXPECT_EQ(stop_signals_count(), 3);
  watch_stop_signals();
  EXPECT_EQ(stop_signal(), 0) << "a new watch forgets";
  EXPECT_EQ(stop_signals_count(), 0);
  end_stop_signal_watch();
}

TEST(StopSignalDeathTest, TheSecondOneEndsTheProcess) {
  EXPECT_EXIT(
      {
        watch_stop_signals();
        std::raise(SIGTERM);
        std::raise(SIGTERM);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

TEST(StopSignalDeathTest, TheSecondOneMayBeTheOtherOne) {
  EXPECT_EXIT(
      {
        watch_stop_signals();
        std::raise(SIGINT);
        std::raise(SIGTERM);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

TEST(StopSignalDeathTest, AfterTheWatchTheFirstOneEndsTheProcess) {
  EXPECT_EXIT(
      {
        watch_stop_signals();
        end_stop_signal_watch();
        std::raise(SIGINT);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace rnb
