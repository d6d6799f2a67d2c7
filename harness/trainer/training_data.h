#pragma once
// Which examples a run trains on, is evaluated on, and what its domains are, all from the store and the
// grouping.

#include <cstdint>
#include <vector>

#include "datasets/store/grouping.h"
#include "harness/config/experiment.h"
#include "methods/core/mixer.h"

namespace rnb {

struct TrainingData {
  std::vector<std::vector<int64_t>> pools,
      valid_pools;  // [m] training and validation examples of each domain
  std::vector<int64_t> valid, test;
  // The fixed subset of the validation split that a method's evaluations look at, ascending, and the share of
  // each example in the evaluation mixture; shares sum to 1.
  std::vector<int64_t> mixing_valid;
  std::vector<double> mixing_weight;
  Domains domains;  // total_steps is the experiment's
};

// Error where the validation split is empty.
TrainingData training_data(const Experiment& experiment, const Store& store, const Grouping& grouping);

}  // namespace rnb
