#pragma once
// What a run cost, beside the sizes that formulas of cost ask for.

#include "results/run_file.h"

namespace rnb {

struct MeasuredCost {
  RunSummary run;
  std::string method;       // without its options
  double train_tokens = 0;  // D_t: completion tokens trained on
  double eval_tokens = 0;   // D_e: of one evaluation of the validation split; NaN: there was none
  double rounds = 0;        // T: rounds that the method was told of, or evaluations
  double domains = 0;       // m
};

MeasuredCost read_measured_cost(const RunPlace& place);

}  // namespace rnb
