#include "results/phases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/hdf5_file.h"
#include "results/run_file.h"
#include "results/write_run_h5.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

TEST(Phases, EachHasItsNameAndKind) {
  EXPECT_EQ(phase_name(Phase::Setup), "setup");
  EXPECT_EQ(phase_name(Phase::Log), "log");
  for (const PhaseRule& rule : kPhaseRules) {
    EXPECT_EQ(kind_of_phase_named(rule.name), rule.kind) << rule.name;
    EXPECT_EQ(phase_kind_named(phase_kind_name(rule.kind)), rule.kind) << rule.name;
  }
  EXPECT_EQ(kind_of_phase_named("hyperspace"), PhaseKind::Unknown);
  EXPECT_EQ(phase_kind_named("hyperspace"), std::nullopt);
}

TEST(Phases, AKeptProbeIsTrainingAndADiscardedOneIsNot) {
  EXPECT_TRUE(is_own_step(Phase::Train));
  EXPECT_TRUE(is_own_step(Phase::ProbeKept));
  EXPECT_TRUE(is_overhead(Phase::ProbeDiscarded));
  EXPECT_FALSE(is_overhead(Phase::ProbeKept));
  EXPECT_FALSE(is_overhead(Phase::Regroup));
}

TEST(Phases, AProxyIsPaidForAllButItsReportsAndFiles) {
  for (const Phase phase : {Phase::Setup, Phase::Data, Phase::Train, Phase::ProbeKept, Phase::EvalMixing})
    EXPECT_TRUE(is_paid_by_asker(phase)) << phase_name(phase);
  for (const Phase phase : {Phase::EvalReport, Phase::Regroup, Phase::Checkpoint, Phase::Log})
    EXPECT_FALSE(is_paid_by_asker(phase)) << phase_name(phase);
}

TEST(Phases, ARunFileSaysTheKindOfEachPhaseAndIsBelieved) {
  const test::TemporaryFolder folder;
  const fs::path file = test::make_run(folder.path(), {});
  const Hdf5Reader in(file);
  EXPECT_THAT(in.strings("/overhead/phase"),
              ElementsAre("eval_report", "regroup", "signal", "train", "update"));
  EXPECT_THAT(in.strings("/overhead/kind"),
              ElementsAre("report", "regroup", "overhead", "own_step", "overhead"));
  RunSummary run = read_run(file);
  EXPECT_DOUBLE_EQ(run.overhead(run.seconds), 1.5 / 10);
  run.kinds["eval_report"] = PhaseKind::Overhead;  // 2 s, as another program might count them
  EXPECT_DOUBLE_EQ(run.overhead(run.seconds), 3.5 / 10);
}

}  // namespace
}  // namespace rnb
