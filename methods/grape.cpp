// GRAPE (arXiv:2505.20380): weights z over target tasks and alpha over training domains, each round:
//   z_n     <- softmax(log z_n - mu_tgt <grad log L_n, sum_i alpha_i g_i>)
//              then smoothed; first, so that a task that the mixture does not help gains weight
//   alpha_i <- softmax(log alpha_i + mu_train <g_i, sum_n z_n grad log L_n>)
// grad log L = grad L / L. Tasks are the evaluation domains; each has one fresh validation batch a round,
// from which both inner products are taken (there: separate batches). Gradients are clipped to norm 1 first
// (there: 1 to 2).

#include "base/error.h"
#include "methods/core/json_numbers.h"
#include "methods/core/layer_choice.h"
#include "methods/core/probe_weights.h"
#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

class Grape : public Mixer {
 public:
  explicit Grape(const MethodOptions& o)
      : mu_train_(o.number("mu_train")),
        mu_target_(o.number("mu_tgt")),
        smoothing_(o.number("smoothing")),
        clip_(o.number("clip")),
        layers_(o.text("layers")),
        every_(o.integer("every")),
        examples_(o.integer("examples")) {
    parse_layer_choice(layers_, AllLayers::Allowed, "grape", "layers");
    if (smoothing_ < 0 || smoothing_ > 1)
      fail_usage("grape", "smoothing={}; expected a value in [0, 1]", smoothing_);
    if (clip_ < 0 || examples_ < 0) fail_usage("grape", "clip and examples must not be negative");
  }

  Needs needs() const override {
    Needs needs;
    needs.round_steps = every_;
    needs.round_probe_examples = static_cast<int64_t>(alpha_.size() + tasks_.size()) * examples_;
    return needs;
  }

  Decision init(const Domains& domains, Services&) override {
    every_ = update_period("grape", every_, domains);
    if (examples_ == 0) examples_ = domains.batch;
    drawable_ = drawable(domains);
    alpha_ = uniform_where(drawable_);
    tasks_.clear();
    for (size_t i = 0; i < domains.size(); ++i)
      if (domains.valid_examples[i] > 0 && domains.evaluation[i] > 0)
        tasks_.push_back(one_hot(domains.size(), i));
    if (tasks_.empty()) fail("grape", "no domain has validation examples, so there is no task to align with");
    task_weight_ = uniform_weights(tasks_.size());
    Decision decision;
    decision.sampling = alpha_;
    return decision;
  }

  Decision on_round(const RoundView& round, Services& services) override {
    if (round.steps_left == 0) return {};  // nothing would use it
    GradientProbeSpec spec;
    spec.examples = examples_;
    spec.layers = layers_;
    spec.targets = tasks_;
    spec.source_pairs = false;
    const GradientProbe probe = services.gradient_probe(spec);
    const size_t m = probe.sources, tasks = tasks_.size();
    const auto factor = clip_factors(probe, clip_);
    // <g_i, grad log L_n>
    const auto product = [&](size_t i, size_t n) {
      return factor[i] * factor[m + n] * probe.dot(i, m + n) / probe.loss[m + n];
    };
    std::vector<double> task_score(tasks), task_step(tasks), score(m), step(m);
    for (size_t n = 0; n < tasks; ++n) {
      for (size_t i = 0; i < m; ++i)
        if (drawable_[i]) task_score[n] += alpha_[i] * product(i, n);
      if (probe.loss[m + n] == 0) task_score[n] = 0;  // nothing left to learn there
      task_step[n] = -mu_target_ * task_score[n];
    }
    if (!all_finite(task_step)) return refused("a gradient's inner product");
    const std::vector<bool> every_task(tasks, true);
    const Weights z = smoothed(multiplied(task_weight_, task_step, every_task), smoothing_, every_task);
    for (size_t i = 0; i < m; ++i) {
      for (size_t n = 0; n < tasks; ++n)
        if (drawable_[i] && probe.loss[m + n] != 0) score[i] += z[n] * product(i, n);
      step[i] = mu_train_ * score[i];
    }
    if (!all_finite(step)) return refused("a gradient's inner product");
    task_weight_ = z;
    alpha_ = multiplied(alpha_, step, drawable_);
    Decision decision;
    decision.sampling = alpha_;
    decision.record = {
        {"task_score", task_score}, {"task_weight", z}, {"score", score}, {"loss", exact(probe.loss)}};
    return decision;
  }

  nlohmann::json save() const override { return {{"alpha", alpha_}, {"task_weight", task_weight_}}; }
  void load(const nlohmann::json& saved) override {
    saved.at("alpha").get_to(alpha_);
    saved.at("task_weight").get_to(task_weight_);
  }

 private:
  double mu_train_, mu_target_, smoothing_, clip_;
  std::string layers_;
  int64_t every_, examples_;
  std::vector<bool> drawable_;
  std::vector<Weights> tasks_;
  Weights alpha_, task_weight_;
};

RNB_REGISTER_METHOD((MethodSpec{
    "grape",
    "gradient alignment with evaluation tasks, themselves weighted by how little they improve",
    "GRAPE, arXiv:2505.20380 Algorithm 1",
    {{"mu_train", "1.5", "step size of the domains", {}},
     {"mu_tgt", "5", "step size of the tasks; 0: tasks count alike", {}},
     {"smoothing", "0.001", "share of the uniform mixture in the tasks' weights", {}},
     {"clip", "1", "largest norm of a gradient; 0: none", {}},
     {"layers", "all", "whose gradients: all, last, last:N or pattern:REGEX", {}},
     {"every", "0", "steps between updates; 0: a tenth of the run", {}},
     {"examples", "0", "of a probe batch; 0: the run's batch", {}}},
    {},
    [](const MethodOptions& o) -> std::unique_ptr<Mixer> { return std::make_unique<Grape>(o); }}));

}  // namespace
}  // namespace rnb
