#pragma once
// What a step of training will cost, from shapes alone: parameters, FLOPs, and the peak of memory that
// tensors take. The counts follow what autograd keeps of a model's blocks, operator by operator, as its
// family describes them (models/block_shape.h); tests hold them to measured runs.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/clip.h"
#include "models/language_model.h"

namespace rnb {

struct StepShape {
  int64_t rows = 1;     // of a micro-batch: texts, or pairs
  int64_t tokens = 1;   // T, of the longest text
  int64_t counted = 1;  // places of a micro-batch whose next token counts; of a CLIP, its pairs
  int64_t accumulation = 1;
  int64_t eval_rows = 0;   // of an evaluation's batch
  bool recompute = false;  // checkpoint-activations = on
  bool bf16 = false;
  // Of the method: numbers of the tracked layers, summed once per domain, and copies of the whole model.
  double tracked_numbers = 0;
  double model_copies = 0;
  int64_t domains = 1;
};

struct StepCost {
  double parameters = 0;
  double flops = 0;  // of a step, all its micro-batches, by the ledger's rules (flop_counter.h)
  // Bytes. `parts` of the peak by name, in the order of printing; `moment` is when it comes.
  std::vector<std::pair<std::string, double>> parts;
  double peak = 0;
  std::string moment;
};

// The models may lie on the meta device: only shapes are looked at.
StepCost step_cost(const LanguageModel& model, const StepShape& shape);
StepCost step_cost(const Clip& model, const StepShape& shape);

}  // namespace rnb
