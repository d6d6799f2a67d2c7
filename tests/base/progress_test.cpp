#include "base/progress.h"

#include <gtest/gtest.h>

namespace rnb {
namespace {

TEST(Progress, DurationsAreReadable) {
  EXPECT_EQ(format_duration(0), "0.0 s");
  EXPECT_EQ(format_duration(9.94), "9.9 s");
  EXPECT_EQ(format_duration(42.4), "42 s");
  EXPECT_EQ(format_duration(185), "3 min 05 s");
  EXPECT_EQ(format_duration(2 * 3600 + 10 * 60 + 59), "2 h 10 min");
}

TEST(Progress, BytesAreReadable) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1023), "1023 B");
  EXPECT_EQ(format_bytes(1024), "1.0 KiB");
  EXPECT_EQ(format_bytes(1.3 * 1024 * 1024 * 1024), "1.3 GiB");
  EXPECT_EQ(format_bytes(200.0 * 1024 * 1024), "200 MiB");
  EXPECT_EQ(format_bytes(5000.0 * 1024 * 1024 * 1024 * 1024), "5000 TiB");
}

TEST(Progress, IsSilentWhereNoTerminalIs) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress("work", 3);
    progress.update(1, "note");
    progress.update(3);
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace rnb
