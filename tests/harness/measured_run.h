#pragma once
// A run's real peak of tensors and FLOPs per step, beside what was predicted of it.

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "datasets/store/grouping.h"
#include "harness/commands/dry_run.h"
#include "harness/trainer/run_experiment.h"
#include "results/event_log.h"
#include "tests/harness/peak_of_tensors.h"

namespace rnb {

using Keys = std::vector<std::pair<std::string, std::string>>;

// Runs the experiment (its store, and `keys`) into a folder in `out` and expects the prediction within 15 %
// of it.
inline void expect_predicted(const std::string& store_folder, const std::filesystem::path& out,
                             const Keys& keys) {
  const Store store(store_folder);
  const Grouping grouping = original_grouping(store);
  Experiment e;
  e.store = store_folder;
  e.eval_every = 0;
  e.steps = 4;
  std::string name;
  for (const auto& [key, value] : keys) {
    set_key(e, key, value, "test");
    name += (name.empty() ? "" : " ") + value;
  }
  const StepCost predicted = predict_step(e, store, static_cast<int64_t>(grouping.domain_names.size()));
  at::set_num_threads(1);
  RunSettings settings;
  settings.out = out / name;  // checkpoint-activations is no part of a run's id
  std::filesystem::path folder;
  double peak = 0;
  {
    const PeakOfTensors measured;
    folder = run_experiment(e, store, grouping, settings).folder;
    peak = static_cast<double>(measured.bytes());
  }
  double flops = 0;
  for (const auto& event : read_events(folder / "events.jsonl"))
    if (event.at("event") == "ledger")
      flops = event.at("phases").at("train").at("flops").get<double>() / static_cast<double>(e.steps);
  EXPECT_NEAR(predicted.peak / peak, 1, 0.15)
      << name << ": predicted " << predicted.peak << " at " << predicted.moment;
  EXPECT_NEAR(predicted.flops / flops, 1, 0.15) << name;
  fmt::print("{:45} peak {:8.2f} MB, predicted {:8.2f} ({:+5.1f} %, {}); FLOPs {:+5.1f} %\n", name,
             peak / 1e6, predicted.peak / 1e6, 100 * (predicted.peak / peak - 1), predicted.moment,
             100 * (predicted.flops / flops - 1));
}

}  // namespace rnb
