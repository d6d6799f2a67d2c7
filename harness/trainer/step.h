#pragma once
// One optimiser step: draw, forward, backward, optimiser.

#include <cstdint>
#include <functional>
#include <vector>

#include "harness/trainer/run.h"

namespace rnb {

// The step just taken.
struct StepRecord {
  double loss = 0, lr = 0, grad_norm = 0;               // loss: NaN where no example had a token with a loss
  std::vector<double> domain_loss;                      // [m] nats per token; NaN for a domain without one
  std::vector<int64_t> domain_tokens, domain_examples;  // [m]
};

// The weight of each domain in this batch's loss, [m], after telling the mixer what the batch is like.
using AskMixer = std::function<Weights(const BatchView&)>;

class Stepper {
 public:
  Stepper(Run& run, AskMixer ask) : run_(run), ask_(std::move(ask)) {}

  // The run's next step, drawing by p [m]. Only in Phase::Train is the mixer asked and are domain gradients
  // summed; the other phases are those of probes. Error where the loss is not finite.
  void take(const Weights& p, Phase phase);
  const StepRecord& last() const { return made_; }

 private:
  void clear();
  std::vector<std::vector<RowSpec>> draw(const Weights& p, int64_t step);
  double train_part(const Batch& batch, int64_t step_tokens, Phase phase);
  void update_parameters(int64_t step, int64_t tokens);
  void add_domain_losses(const torch::Tensor& row_loss, const std::vector<HeadDomain>& borders);

  Run& run_;
  AskMixer ask_;
  StepRecord made_;
};

}  // namespace rnb
