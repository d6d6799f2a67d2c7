#include "harness/bill/ledger.h"

#include <gtest/gtest.h>

namespace rnb {
namespace {

// A clock that stands still until told. Times are whole milliseconds, so sums of them are exact to rounding.
class Hand {
 public:
  void spend(int milliseconds) { now_ += std::chrono::milliseconds(milliseconds); }
  Ledger ledger() const {
    return Ledger(std::make_shared<HostClock>([this] { return now_; }));
  }

 private:
  std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
};

TEST(Ledger, TimeBelongsToTheInnermostPhaseAndPhasesAddUpToTheWall) {
  Hand clock;
  Ledger ledger = clock.ledger();
  clock.spend(10);  // in no phase
  {
    const PhaseScope outer(ledger, Phase::Train);
    clock.spend(20);
    {
      const PhaseScope inner(ledger, Phase::Signal);
      clock.spend(30);
    }
    clock.spend(40);
  }
  EXPECT_DOUBLE_EQ(ledger.seconds(Phase::Train), 0.060);
  EXPECT_DOUBLE_EQ(ledger.seconds(Phase::Signal), 0.030);
  EXPECT_DOUBLE_EQ(ledger.wall_seconds(), 0.100);
  EXPECT_NEAR(ledger.uncovered(), 0.1, 1e-9);
  EXPECT_EQ(ledger.cost(Phase::Signal).calls, 1);
}

TEST(Ledger, APhaseThatStillRunsIsCovered) {
  Hand clock;
  Ledger ledger = clock.ledger();
  clock.spend(25);
  const PhaseScope scope(ledger, Phase::EvalReport);
  clock.spend(75);
  EXPECT_DOUBLE_EQ(ledger.uncovered(), 0.25);
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
  Hand clock;
  Ledger ledger = clock.ledger();
  {
    const PhaseScope scope(ledger, Phase::Regroup);
    clock.spend(50);
  }
  ledger.bill(Phase::Regroup, 1000, 5);
  clock.spend(50);
  EXPECT_DOUBLE_EQ(ledger.seconds(Phase::Regroup), 1000.05);
  EXPECT_EQ(ledger.flops(Phase::Regroup), 5);
  EXPECT_NEAR(ledger.uncovered(), 0.5, 1e-9);
}

TEST(Ledger, APauseIsNobodysTime) {
  Hand clock;
  Ledger ledger = clock.ledger();
  const PhaseScope scope(ledger, Phase::Proxy);
  clock.spend(10);
  {
    const LedgerPause pause(ledger);
    clock.spend(500);
  }
  clock.spend(20);
  EXPECT_DOUBLE_EQ(ledger.wall_seconds(), 0.030);
  EXPECT_NEAR(ledger.uncovered(), 0, 1e-9);
  ledger.enter(Phase::Train);  // gives Proxy its time
  ledger.leave();
  EXPECT_DOUBLE_EQ(ledger.seconds(Phase::Proxy), 0.030);
}

TEST(Ledger, IsSavedAsItStandsWithinAPhase) {
  Hand clock;
  Ledger ledger = clock.ledger();
  clock.spend(10);
  const PhaseScope scope(ledger, Phase::Checkpoint);
  clock.spend(30);
  const auto saved = ledger.to_json();
  EXPECT_DOUBLE_EQ(saved.at("phases").at("checkpoint").at("seconds").get<double>(), 0.030);
  EXPECT_DOUBLE_EQ(saved.at("wall_seconds").get<double>(), 0.040);
  EXPECT_NEAR(saved.at("uncovered").get<double>(), 0.25, 1e-9);
}

TEST(Ledger, GoesOnFromASavedOne) {
  Hand clock;
  Ledger first = clock.ledger();
  {
    const PhaseScope scope(first, Phase::Train);
    clock.spend(5);
    first.add_flops("aten::mm", 3);
  }
  clock.spend(1);
  const auto saved = nlohmann::json::parse(first.to_json().dump());
  clock.spend(1000);  // between the two processes: nobody's time
  Ledger second = clock.ledger();
  second.load(saved);
  {
    const PhaseScope scope(second, Phase::Train);
    clock.spend(2);
  }
  EXPECT_EQ(second.flops(Phase::Train), 3);
  EXPECT_DOUBLE_EQ(second.seconds(Phase::Train), 0.007);
  EXPECT_DOUBLE_EQ(second.wall_seconds(), 0.008);
  EXPECT_EQ(second.cost(Phase::Train).calls, 2);
}

}  // namespace
}  // namespace rnb
