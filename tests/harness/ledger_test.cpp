#include "harness/ledger.h"

#include <thread>

#include <gtest/gtest.h>

namespace rnb {
namespace {

void spend(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

TEST(Ledger, TimeBelongsToTheInnermostPhaseAndPhasesAddUpToTheWall) {
  Ledger ledger;
  {
    const PhaseScope outer(ledger, Phase::Train);
    spend(20);
    {
      const PhaseScope inner(ledger, Phase::Signal);
      spend(30);
    }
    spend(20);
  }
  EXPECT_GE(ledger.seconds(Phase::Train), 0.040);
  EXPECT_GE(ledger.seconds(Phase::Signal), 0.030);
  // Nothing is counted twice.
  EXPECT_LE(ledger.seconds(Phase::Train) + ledger.seconds(Phase::Signal), ledger.wall_seconds() + 1e-9);
  EXPECT_EQ(ledger.cost(Phase::Signal).calls, 1);
}

TEST(Ledger, FlopsGoToTheInnermostPhaseAndOutsideAnyAreDropped) {
  Ledger ledger;
  ledger.add_flops("aten::mm", 5);
  const PhaseScope outer(ledger, Phase::Train);
  ledger.add_flops("aten::mm", 7);
  const PhaseScope inner(ledger, Phase::EvalReport);
  ledger.add_flops("aten::mm", 11);
  EXPECT_EQ(ledger.flops(Phase::Train), 7);
  EXPECT_EQ(ledger.flops(Phase::EvalReport), 11);
}

TEST(Ledger, ABilledCostIsInItsPhaseButNotInTheCoverage) {
  Ledger ledger;
  ledger.bill(Phase::Regroup, 1000, 5);
  EXPECT_EQ(ledger.seconds(Phase::Regroup), 1000);
  EXPECT_LE(ledger.uncovered(), 1.0);
  EXPECT_GE(ledger.uncovered(), 0.0);
}

TEST(Ledger, GoesOnFromASavedOne) {
  Ledger first;
  {
    const PhaseScope scope(first, Phase::Train);
    spend(5);
    first.add_flops("aten::mm", 3);
  }
  Ledger second;
  second.load(nlohmann::json::parse(first.to_json().dump()));
  EXPECT_EQ(second.flops(Phase::Train), 3);
  EXPECT_EQ(second.seconds(Phase::Train), first.seconds(Phase::Train));
  EXPECT_GE(second.wall_seconds(), first.seconds(Phase::Train));
}

}  // namespace
}  // namespace rnb
