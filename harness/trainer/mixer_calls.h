#pragma once
// What a run tells its mixer (methods/core/mixer.h), and what it does with the answers.
//
// A run that is cut within a call makes the call again when it goes on: the call and the mixer's state before
// it are in the checkpoint, and what had been served is answered from the log.

#include <cstdint>
#include <string_view>

#include "harness/trainer/run.h"
#include "harness/trainer/run_services.h"
#include "harness/trainer/step.h"

namespace rnb {

// In the order of a step. on_batch is made within a step and is never made again.
enum class MixerCall { Init, OnStep, OnEval, OnRound };

class MixerCalls {
 public:
  MixerCalls(Run& run, RunServices& services) : run_(run), services_(services) {}

  // The mixer's first call, which sets the first mixture; `data` as a log keeps it (signal_to_json(Domains)).
  void init(nlohmann::json data);
  // Makes the call that a checkpoint was saved in once more, and those that are due after it.
  void make_again(const nlohmann::json& call);
  // The calls that are due after the step just taken.
  void after_step(const StepRecord& made);
  // Within a step, before the backward pass: the domains' loss weights of this batch; 1 each as long as the
  // mixer has named none.
  Weights on_batch(const BatchView& view);

 private:
  void ask(MixerCall call, int64_t step, nlohmann::json data);
  void ask_due_after(MixerCall call, int64_t step);
  bool is_due(MixerCall call, int64_t step) const;
  nlohmann::json eval_signal(int64_t step);
  nlohmann::json round_signal(int64_t step);
  // `call`: its name in the log; `first_used`: the first step that a new mixture is drawn by.
  void apply(const Decision& decision, std::string_view call, int64_t step, int64_t first_used,
             nlohmann::json signal);

  Run& run_;
  RunServices& services_;
};

}  // namespace rnb
