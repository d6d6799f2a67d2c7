// Whole runs on the stand-in device: every kind of method, evaluations, checkpoints and going on from one.

#include <cmath>

#include <gtest/gtest.h>

#include "datasets/store/grouping.h"
#include "harness/trainer/run_experiment.h"
#include "results/event_log.h"
#include "tests/device/stand_in.h"
#include "tests/harness/pico_runs.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

struct RunRecord {
  fs::path folder;
  std::vector<double> losses, mixtures;
  std::vector<Crossing> crossings;
};

RunRecord run_on(const std::string& device, const std::string& name,
                 const std::vector<std::pair<std::string, std::string>>& keys,
                 Earlier earlier = Earlier::Refuse) {
  const Store store(pico_folder() / "skills");
  const Grouping grouping = original_grouping(store);
  Experiment e;
  e.store = store.folder().string();
  e.model = "pico";
  e.batch = 8;
  e.steps = 16;
  e.eval_every = 0;
  e.log_every = 1;
  e.device = device;
  for (const auto& [key, value] : keys) set_key(e, key, value, "test");
  RunSettings settings;
  settings.out = pico_folder() / (name + "-" + device);
  settings.earlier = earlier;
  take_crossings();
  RunRecord out;
  out.folder = run_experiment(e, store, grouping, settings).folder;
  out.crossings = take_crossings();
  for (const auto& event : read_events(out.folder / "events.jsonl")) {
    if (event.at("event") == "step") out.losses.push_back(event.at("loss"));
    if (event.at("event") == "mixture")
      for (const double p : event.at("p")) out.mixtures.push_back(p);
  }
  return out;
}

void expect_alike(const RunRecord& got, const RunRecord& want) {
  ASSERT_EQ(got.losses.size(), want.losses.size());
  ASSERT_EQ(got.mixtures.size(), want.mixtures.size());
  for (size_t i = 0; i < want.losses.size(); ++i)
    EXPECT_NEAR(got.losses[i], want.losses[i], 1e-3) << "step " << i + 1;
  for (size_t i = 0; i < want.mixtures.size(); ++i) EXPECT_NEAR(got.mixtures[i], want.mixtures[i], 1e-3) << i;
}

// Domain gradients, probes that are rolled back and evaluations, probes that are kept, loss weights, whole
// gradients in probes and of each batch, training losses.
TEST(TrainerOnADevice, EveryKindOfMethodTrainsAsOnTheCpu) {
  for (const char* method :
       {"natural", "rnb gram=unbiased", "skillit", "aioli", "loss_softmax", "dga", "grape", "odm"}) {
    SCOPED_TRACE(method);
    const std::vector<std::pair<std::string, std::string>> keys{{"method", method}};
    const std::string text(method), name = text.substr(0, text.find(' '));
    expect_alike(run_on("stand_in", name, keys), run_on("cpu", name, keys));
  }
}

TEST(TrainerOnADevice, WhatSavesMemoryWorksThere) {
  const std::vector<std::pair<std::string, std::string>> keys{{"method", "rnb gram=unbiased"},
                                                              {"model", "qwen2-pico"},
                                                              {"accumulation", "2"},
                                                              {"checkpoint-activations", "on"},
                                                              {"track", "last:3"}};
  expect_alike(run_on("stand_in", "memory", keys), run_on("cpu", "memory", keys));
}

// A step's traffic: pinned inputs, each row's loss for the log, the loss, the gradients' norms; nothing else.
TEST(TrainerOnADevice, AStepWaitsForTheDeviceThreeTimes) {
  const auto count = [](const RunRecord& r) {
    std::map<Crossing::Kind, int64_t> n;
    for (const Crossing& c : r.crossings) ++n[c.kind];
    return n;
  };
  auto few = count(run_on("stand_in", "few", {{"steps", "10"}})),
       more = count(run_on("stand_in", "more", {{"steps", "30"}}));
  EXPECT_EQ(more[Crossing::Kind::PinnedUpload] - few[Crossing::Kind::PinnedUpload], 20 * 4);
  EXPECT_EQ(more[Crossing::Kind::Download] - few[Crossing::Kind::Download], 20 * 2);
  EXPECT_EQ(more[Crossing::Kind::Item] - few[Crossing::Kind::Item], 20);
  EXPECT_EQ(more[Crossing::Kind::Upload], few[Crossing::Kind::Upload]);  // the weights, once
}

// The run's log is cut where its checkpoint was made, in the middle of a round.
TEST(TrainerOnADevice, GoesOnFromACheckpoint) {
  const std::vector<std::pair<std::string, std::string>> keys{
      {"method", "rnb round_steps=10"}, {"checkpoint-every", "7"}, {"keep-checkpoints", "10"}};
  const RunRecord whole = run_on("stand_in", "whole", keys);
  fs::remove_all(whole.folder / "checkpoint-14");
  fs::remove(whole.folder / "run.h5");
  EXPECT_EQ(run_on("stand_in", "whole", keys, Earlier::Resume).losses, whole.losses);
}

}  // namespace
}  // namespace rnb
