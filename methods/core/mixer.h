#pragma once
// What a mixing method is: it sees numbers (losses, counts, Gram matrices), never tensors or models, and
// answers with weights. The harness computes the numbers and charges their cost to the method's ledger phase.
//
// Order of calls in one step: draw a batch with p -> forward -> on_batch -> backward with the loss weights ->
// optimiser -> on_step -> (evaluation due) on_eval -> (round due) on_round. A changed p applies to the next
// draw. Steps that a kept probe takes (Services::train_probe) call nothing.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "methods/core/services.h"

namespace rnb {

// m domains, in one order throughout.
struct Domains {
  std::vector<std::string> names{};
  std::vector<int64_t> train_examples{}, train_tokens{},
      valid_examples{};     // [m]; tokens: those that a loss counts
  Weights evaluation{};     // [m] proportions of the *validation* split, or the source's own weights; sum 1
  int64_t total_steps = 0;  // of the run: a round defaults to a fraction of it
  int64_t batch = 16;       // examples per step
  uint64_t seed = 0;        // of the run, for methods that draw at random (base/random.h, each for a purpose)
  size_t size() const { return names.size(); }
};

// How Decision::loss_weights enter the training loss.
enum class LossWeighting {
  None,
  Tokens,  // sum over tokens w l / sum over tokens w, w the weight of the token's domain
  Domains  // sum over domains w_i (mean loss of i's tokens in the batch)
};

// The signals a method asks for, declared once: the harness refuses what it cannot serve and plans the cost.
struct Needs {
  int64_t round_steps = 0;  // > 0: on_round after every that many steps
  // What on_round asks of Services each time, for planning: evaluations, and examples of gradient probes.
  int64_t round_evaluations = 0, round_probe_examples = 0;
  bool gradient_gram =
      false;                // RoundView::gram of the tracked layers' per-domain gradients of training batches
  bool step_norms = false;  // GradientGram::squared_norms too
  int64_t eval_every = 0;   // > 0: on_eval with validation losses per domain after every that many steps
  bool batch_losses = false;  // on_step, with StepView::loss per domain
  LossWeighting loss_weighting =
      LossWeighting::None;       // otherwise on_batch is called, before the backward pass
  std::string reference{};       // id of a proxy run: BatchView::excess and ::clipped_excess over its model
  bool batch_gradients = false;  // BatchView::gradients: of the whole model, domain by domain
  int64_t target_examples = 0;   // > 0: BatchView::gradients has a target, a fresh validation batch of so
                                 // many examples drawn by the evaluation proportions
  double domain_gradient_clip = 0;  // > 0: each domain's gradient is clipped to that norm before its use
  std::string sampler{};            // mode that the method must be run with; empty: any
  // A domain is weighed by its own place in the evaluation (its share, its loss, its gradients' alignment
  // with the other domains'): undefined where no domain has both training examples and a share of the
  // evaluation. Known before init().
  bool shared_domains = false;
};

// Sums over the steps of one round, per domain i: g_i = sum of per-step domain gradients of the tracked
// layers (sum over tokens or examples), n_i = tokens or examples seen.
struct GradientGram {
  size_t m = 0;
  std::vector<double> dot;             // [m x m] row-major: <g_i, g_j>, not divided by counts
  std::vector<double> count;           // [m] |S_i|
  std::vector<double> squared_norms;   // [m] sum over steps of |g_i of that step|^2; empty unless asked for
  std::vector<double> squared_counts;  // [m] sum over steps of (count of that step)^2
};

struct BatchView {
  int64_t step = 0;  // 1-based: the step being taken
  double lr = 0;
  std::span<const double> loss;     // [m] mean loss of the batch's domain, NaN where absent; nats per token
  std::span<const int64_t> tokens;  // [m] completion tokens of the batch
  // [m] with Needs::reference: mean over tokens of (loss - reference) and of max(loss - reference, 0); NaN
  // where absent
  std::span<const double> excess, clipped_excess;
  // With Needs::batch_gradients: sources are the m domains (absent ones are 0), before clipping.
  const GradientProbe* gradients = nullptr;
};
struct StepView {
  int64_t step = 0;  // 1-based: the step just taken
  double lr = 0;
  std::span<const double> loss;       // [m] mean loss of the batch's domain, NaN where absent; nats per token
  std::span<const int64_t> tokens;    // [m] completion tokens of the batch
  std::span<const int64_t> examples;  // [m] examples of the batch
};
struct EvalView {
  int64_t step = 0;
  std::span<const double> loss;  // [m] mean validation loss, nats per token; NaN: no such validation examples
  std::span<const int64_t> tokens;
};
struct RoundView {
  int64_t step = 0, round = 0;         // round is 1-based: the round just finished
  std::span<const double> p;           // [m] sampling weights used in it
  const GradientGram* gram = nullptr;  // iff Needs::gradient_gram
  int64_t steps_left = 0;              // of the run
};

struct Warning {
  std::string code;  // "empty_domain", "zero_norm", "bad_signal", ...
  std::string text;
};

struct Decision {
  std::optional<Weights> sampling{};      // [m] on the simplex; none: as before
  std::optional<Weights> loss_weights{};  // [m] non-negative, finite; of this batch (on_batch) or from now on
  std::vector<Warning> warnings{};
  nlohmann::json record{};  // what is worth keeping for analysis (scores, norms); goes to /signals
};

class Mixer {
 public:
  virtual ~Mixer() = default;
  // Valid after init(): periods may be fractions of the run's steps.
  virtual Needs needs() const { return {}; }
  // Must set the sampling weights of step 1. Throws Error where the method cannot run on these domains.
  virtual Decision init(const Domains& domains, Services& services) = 0;
  // Services may be asked in init, on_eval and on_round; the run refuses them in on_batch and on_step.
  virtual Decision on_batch(const BatchView&, Services&) { return {}; }
  virtual Decision on_step(const StepView&, Services&) { return {}; }
  virtual Decision on_eval(const EvalView&, Services&) { return {}; }
  virtual Decision on_round(const RoundView&, Services&) { return {}; }
  // What the run has found, for the method that ran it as a proxy.
  virtual std::optional<Weights> finish() { return {}; }
  virtual nlohmann::json save() const { return nlohmann::json::object(); }  // exact: doubles round-trip
  virtual void load(const nlohmann::json&) {}
};

// Throws Error, with what to do, where needs.shared_domains and no domain with training examples has a share
// of the evaluation: the original domains of a data set that is evaluated on kinds of data which it does not
// train on.
void check_shared_domains(const Needs& needs, const Domains& domains, std::string_view who);

// Throws Error unless w has m finite, non-negative entries that sum to 1 within 1e-9. The one place that
// checks.
void check_weights(std::span<const double> w, size_t m, std::string_view who);

}  // namespace rnb
