// GRAPE (arXiv:2505.20380): weights z over target tasks and alpha over training domains, each round:
//   z_n     <- softmax(log z_n - mu_tgt <grad log L_n, sum_i alpha_i g_i>)
//              then smoothed; first, so that a task that the mixture does not help gains weight
//   alpha_i <- softmax(log alpha_i + mu_train <g_i, sum_n z_n grad log L_n>)
// grad log L = grad L / L. Tasks are the evaluation domains; each has one fresh validation batch per round,
// from which both inner products are taken (there: separate batches). Gradients are clipped to norm 1 first
// (there: 1 to 2).

#include "base/error.h"
#include "methods/core/gradient_rounds.h"
#include "methods/core/json_numbers.h"
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
        rounds_(o) {}

  Needs needs() const override { return rounds_.needs(alpha_.size() + tasks_.size()); }

  Decision init(const Domains& domains, Services&) override {
    rounds_.start(domains);
    drawable_ = drawable(domains);
    alpha_ = uniform_where(drawable_);
    tasks_.clear();
    for (size_t i = 0; i < domains.size(); ++i)
      if (domains.valid_examples[i] > 0 && domains.evaluation[i] > 0)
        tasks_.push_back(one_hot(domains.size(), i));
    if (tasks_.empty()) fail("grape", "no domain has validation examples, so there is no task to align with");
    task_weight_ = uniform_weights(tasks_.size());
    return {.sampling = alpha_};
  }

  Decision on_round(const RoundView& round, Services& services) override {
    if (round.steps_left == 0) return {};  // nothing would use it
    const ClippedProbe g = rounds_.ask(services, {}, tasks_);
    const size_t m = g.probe.sources, tasks = tasks_.size();
    const std::span<const double> task_loss = std::span(g.probe.loss).subspan(m);
    // <g_i, grad log L_n>
    const auto product = [&](size_t i, size_t n) { return g.dot(i, m + n) / task_loss[n]; };
    std::vector<double> task_score(tasks), task_step(tasks), score(m), step(m);
    for (size_t n = 0; n < tasks; ++n) {
      for (size_t i = 0; i < m; ++i)
        if (drawable_[i]) task_score[n] += alpha_[i] * product(i, n);
      if (task_loss[n] == 0) task_score[n] = 0;  // nothing left to learn there
      task_step[n] = -mu_target_ * task_score[n];
    }
    if (!all_finite(task_step)) return refused("a gradient's inner product");
    const std::vector<bool> every_task(tasks, true);
    const Weights z = smoothed(multiplied(task_weight_, task_step, every_task), smoothing_, every_task);
    for (size_t i = 0; i < m; ++i) {
      for (size_t n = 0; n < tasks; ++n)
        if (drawable_[i] && task_loss[n] != 0) score[i] += z[n] * product(i, n);
      step[i] = mu_train_ * score[i];
    }
    if (!all_finite(step)) return refused("a gradient's inner product");
    task_weight_ = z;
    alpha_ = multiplied(alpha_, step, drawable_);
    return {
        .sampling = alpha_,
        .record = {
            {"task_score", task_score}, {"task_weight", z}, {"score", score}, {"loss", exact(g.probe.loss)}}};
  }

  nlohmann::json save() const override { return {{"alpha", alpha_}, {"task_weight", task_weight_}}; }
  void load(const nlohmann::json& saved) override {
    saved.at("alpha").get_to(alpha_);
    saved.at("task_weight").get_to(task_weight_);
  }

 private:
  double mu_train_, mu_target_, smoothing_;
  GradientRounds rounds_;
  std::vector<bool> drawable_;
  std::vector<Weights> tasks_;
  Weights alpha_, task_weight_;
};

RNB_REGISTER(
    MethodSpec, .name = "grape",
    .summary = "gradient alignment with evaluation tasks, themselves weighted by how little they improve",
    .source = "GRAPE, arXiv:2505.20380 Algorithm 1",
    .options = with_gradient_round_options({{.name = "mu_train",
                                             .fallback = "1.5",
                                             .help = "step size of the domains",
                                             .type = OptionType::Real},
                                            {.name = "mu_tgt",
                                             .fallback = "5",
                                             .help = "step size of the tasks; 0: tasks count alike",
                                             .type = OptionType::Real},
                                            {.name = "smoothing",
                                             .fallback = "0.001",
                                             .help = "share of the uniform mixture in the tasks' weights",
                                             .type = OptionType::Real,
                                             .low = 0,
                                             .high = 1}}),
    .make = make_one<Grape>);

}  // namespace
}  // namespace rnb
