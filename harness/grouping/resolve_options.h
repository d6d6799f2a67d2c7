#pragma once
// What making a grouping may ask for beyond the store: a device, and models that are trained on the way.
// Training is handed in as functions, since what trains stands above the groupings
// (harness/trainer/training_for_groupings.h makes them).

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "datasets/store/grouping.h"
#include "harness/config/experiment.h"

namespace rnb {

// Of a short run, for the choice of k.
struct ShortRun {
  std::string run_id;
  double loss = 0;  // validation, nats per token; by the data's evaluation weights where it has some
  double seconds = 0, flops = 0;  // all that the run took, its evaluations included
};
// Makes the run, or finds it made. Throws Stopped when a stop signal cut it.
using ShortRunner = std::function<ShortRun(const Experiment&, const Store&, const Grouping&)>;

// A CLIP that was trained to embed a store's images with: its folder, and what the training cost.
struct TrainedTower {
  std::filesystem::path folder;
  double seconds = 0, flops = 0;
};
// Makes the run, or finds it made. Throws Stopped when a stop signal cut it.
using TowerTrainer = std::function<TrainedTower(const Experiment&, const Store&)>;

struct ResolveOptions {
  std::string device = "cpu";
  Precision precision = Precision::Fp32;  // of what is trained
  // Empty: a grouping that would have to train is an Error.
  ShortRunner short_run = {};
  TowerTrainer train_tower = {};
};

}  // namespace rnb
