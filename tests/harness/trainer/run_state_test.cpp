// What is saved is what is there: every member of a run's state, and a learner put back goes on as if nothing
// had been.

#include "harness/trainer/run_state.h"

#include <unistd.h>

#include <gtest/gtest.h>

#include "datasets/store/grouping.h"
#include "harness/trainer/run.h"
#include "harness/trainer/step.h"
#include "tests/harness/pico_runs.h"

namespace rnb {
namespace {

using RunUnderTest = Run;  // testing::Test has a member of that name

// No member at its default. A new member does not compile in run_state.cpp until it is serialised; here it
// must be given another value than it starts with.
Counters some_counters() {
  return {.step = 7, .tokens = 11, .cut = 2, .cut_total = 13, .counts = {3, 0, 5}};
}
Course some_course() {
  return {.steps = 40, .work = 9, .rounds = 3, .p = {0.1, 0.9}, .loss_weights = Weights{0.5, 1.5}};
}

TEST(RunState, EveryCounterIsSavedAndRestored) {
  Counters other;
  load(other, nlohmann::json::parse(to_json(some_counters()).dump()));
  EXPECT_EQ(other, some_counters());
}

TEST(RunState, TheWholeCourseIsSavedAndRestored) {
  Course other;
  load(other, nlohmann::json::parse(to_json(some_course()).dump()));
  EXPECT_EQ(other, some_course());
  other.loss_weights = Weights{1, 2, 3};
  load(other, to_json(Course()));
  EXPECT_EQ(other.loss_weights, std::nullopt);  // "none yet" is a value too
}

// A run between two steps, without a mixer's word: steps are taken on a fixed mixture.
class Trained : public ::testing::Test {
 protected:
  Trained()
      : store_(pico_folder() / "skills"),
        grouping_(original_grouping(store_)),
        p_(grouping_.domain_names.size(), 1.0 / static_cast<double>(grouping_.domain_names.size())) {
    e_.store = store_.folder().string();
    e_.model = "pico";
    e_.batch = 8;
    e_.steps = 30;
    e_.method = "rnb";
  }
  RunUnderTest fresh_run() {
    RunUnderTest run = make_run(e_, store_, grouping_, pico_folder() / "not-written", {}, ledger_);
    run.state.course.p = p_;
    return run;
  }
  static std::vector<double> losses(RunUnderTest& run, const Weights& p, int steps) {
    Stepper stepper(run,
                    [](const BatchView&) -> Weights { throw std::logic_error("no weights are asked for"); });
    std::vector<double> out;
    for (int i = 0; i < steps; ++i) {
      stepper.take(p, Phase::ProbeDiscarded);
      out.push_back(stepper.last().loss);
    }
    return out;
  }

  Experiment e_;
  Store store_;
  Grouping grouping_;
  Weights p_;
  Ledger ledger_;
};

TEST_F(Trained, ALearnerThatIsPutBackTakesTheSameStepsAgain) {
  RunUnderTest run = fresh_run();
  losses(run, p_, 3);
  const SavedLearner before = save(run.state.learner, Tensors::Copied);
  const Counters counters = run.state.learner.counters;
  Weights first(p_.size(), 0.0);
  first[0] = 1;
  const auto away = losses(run, first, 4);
  EXPECT_NE(run.state.learner.counters, counters);
  load(run.state.learner, before);
  EXPECT_EQ(run.state.learner.counters, counters);
  EXPECT_EQ(losses(run, first, 4), away);  // bit for bit: model, moments, data cursors, schedule
}

TEST_F(Trained, ACheckpointRestoresAnotherRunToTheLastBit) {
  RunUnderTest run = fresh_run();
  losses(run, p_, 5);
  run.state.course = some_course();
  run.state.course.p = p_;
  run.state.pending = {{{"call", "on_round"}, {"step", 5}, {"data", nullptr}}, {{"w", 1}}};
  run.state.probe = Probe{2, save(run.state.learner, Tensors::Copied)};
  losses(run, p_, 2);  // within the probe
  const Checkpoint saved = save(run.state, ledger_, 123);

  RunUnderTest other = fresh_run();
  load(other.state, other.ledger, saved);
  EXPECT_EQ(other.state.course, run.state.course);
  EXPECT_EQ(other.state.pending.call, run.state.pending.call);
  EXPECT_EQ(other.state.pending.mixer_before, run.state.pending.mixer_before);
  const Checkpoint again = save(other.state, ledger_, 123);
  EXPECT_EQ(again.step, saved.step);
  auto values = saved.state, values_again = again.state;
  values.erase("ledger");  // both runs write into one, which goes on
  values_again.erase("ledger");
  EXPECT_EQ(values_again, values);
  ASSERT_EQ(again.snapshot.size(), saved.snapshot.size());
  for (const auto& [name, tensor] : saved.snapshot)
    EXPECT_TRUE(torch::equal(again.snapshot.at(name), tensor)) << name;
  for (const auto& [name, tensor] : saved.model)
    EXPECT_TRUE(torch::equal(again.model.at(name), tensor)) << name;
  EXPECT_EQ(losses(other, p_, 3), losses(run, p_, 3));
  // And back to where the probe began.
  load(run.state.learner, *run.state.probe->before);
  load(other.state.learner, *other.state.probe->before);
  EXPECT_EQ(other.state.learner.counters.step, 5);
  EXPECT_EQ(losses(other, p_, 3), losses(run, p_, 3));
}

TEST_F(Trained, AKeptProbeHasNothingToGoBackTo) {
  RunUnderTest run = fresh_run();
  losses(run, p_, 1);
  run.state.probe = Probe{1, std::nullopt};
  const Checkpoint saved = save(run.state, ledger_, 1);
  EXPECT_TRUE(saved.snapshot.empty());
  RunUnderTest other = fresh_run();
  load(other.state, other.ledger, saved);
  ASSERT_TRUE(other.state.probe.has_value());
  EXPECT_EQ(other.state.probe->done, 1);
  EXPECT_FALSE(other.state.probe->before.has_value());
}

}  // namespace
}  // namespace rnb
