#include "harness/device/device_clock.h"

#include <gtest/gtest.h>

#include "harness/bill/ledger.h"
#include "harness/device/device.h"
#include "harness/tasks/prefetch.h"
#include "tests/device/stand_in.h"

namespace rnb {
namespace {

TEST(DeviceClock, ReadsTheTimeBetweenTwoEventsOfTheDevice) {
  const auto clock = make_clock(stand_in());
  const Moment first = clock->now(), second = clock->now(), third = clock->now();
  EXPECT_NE(first.event, nullptr);
  EXPECT_GE(clock->seconds(first, second), 0);
  EXPECT_DOUBLE_EQ(clock->seconds(first, second) + clock->seconds(second, third),
                   clock->seconds(first, third));
  EXPECT_EQ(make_clock(torch::kCPU)->now().event, nullptr);
}

TEST(DeviceClock, BillsPhasesThatAddUp) {
  Ledger ledger(make_clock(stand_in()));
  for (int i = 0; i < 10'000; ++i) {  // more than wait to be added up
    const PhaseScope outer(ledger, Phase::Train);
    const PhaseScope inner(ledger, Phase::Signal);
  }
  EXPECT_EQ(ledger.cost(Phase::Signal).calls, 10'000);
  EXPECT_GT(ledger.seconds(Phase::Train), 0);
  EXPECT_LE(ledger.seconds(Phase::Train) + ledger.seconds(Phase::Signal), ledger.wall_seconds());
}

TEST(Prefetch, GivesTheBatchesInTheirOrderOneAheadAndPinned) {
  std::vector<Batch> batches(3);
  for (int64_t i = 0; i < 3; ++i) {
    batches[static_cast<size_t>(i)].ids = torch::full({2, 2 + i}, i);
    batches[static_cast<size_t>(i)].tokens = i;
  }
  take_crossings();
  Prefetch prefetch(batches, stand_in());
  const auto pinned = Crossing::Kind::PinnedUpload;
  EXPECT_EQ(take_crossings(), (std::vector<Crossing>{{pinned, torch::kInt64, 4}}));
  const Batch first = prefetch.next();
  EXPECT_EQ(take_crossings(), (std::vector<Crossing>{{pinned, torch::kInt64, 6}}));
  EXPECT_EQ(first.ids.device(), stand_in());
  for (int64_t i = 1; i < 3; ++i) {
    const Batch next = prefetch.next();
    EXPECT_EQ(next.tokens, i);
    EXPECT_TRUE(torch::equal(next.ids.to(torch::kCPU), batches[static_cast<size_t>(i)].ids));
  }
  Prefetch none(batches, torch::kCPU);
  EXPECT_TRUE(none.next().ids.is_same(batches[0].ids));
}

TEST(Arithmetic, IsSwitchedForTheWholeProcess) {
  auto& context = at::globalContext();
  set_arithmetic({.tf32 = true, .deterministic = true});
  EXPECT_TRUE(context.allowTF32CuBLAS());
  EXPECT_TRUE(context.deterministicAlgorithms());
  set_arithmetic({});
  EXPECT_FALSE(context.allowTF32CuBLAS());
  EXPECT_FALSE(context.deterministicAlgorithms());
}

}  // namespace
}  // namespace rnb
