// The proxy of DoGE (arXiv:2310.15393): at every step the domains' own gradients g_j of the whole model are
// compared,
//   W_j = <g_j, sum_i g_i>       target=domains
//   W_j = <g_j, g_target>        target=evaluation: with a batch of the evaluation mixture
//   alpha_j <- alpha_j exp(lr W_j / mu), normalised
// and the step is taken along sum_j alpha_j g_j with the new alpha. Found is the mean of alpha over the
// steps.
//
// variant=paper is that. variant=code, as the authors' trainer: gradients are clipped to max_grad_norm, W_j
// is divided by the mean norm of the domains' gradients, and lr W_j is clipped to [dw_min, dw_max] lr, so
// that a negative alignment counts as 0. A domain absent from the batch keeps its last score.

#include "methods/doge_proxy.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "methods/core/probe_weights.h"
#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

class DogeProxy : public Mixer {
 public:
  explicit DogeProxy(const MethodOptions& o)
      : code_(o.text("variant") == "code"),
        with_target_(o.text("target") == "evaluation"),
        mu_(o.number("mu")),
        clip_(o.text("variant") == "code" ? o.number("max_grad_norm") : 0.0),
        low_(o.number("dw_min")),
        high_(o.number("dw_max")),
        smoothing_(o.number("smoothing")) {
    if (low_ > high_) fail_usage("doge", "dw_max={}; expected at least dw_min={}", high_, low_);
  }

  Needs needs() const override {
    return {.loss_weighting = LossWeighting::Domains,
            .batch_gradients = true,
            .target_examples = with_target_ ? batch_ : 0,
            .domain_gradient_clip = clip_};
  }

  Decision init(const Domains& domains, Services&) override {
    batch_ = domains.batch;
    drawable_ = drawable(domains);
    alpha_ = uniform_where(drawable_);
    step_.assign(domains.size(), 0.0);
    sum_.assign(domains.size(), 0.0);
    return {.sampling = alpha_, .loss_weights = alpha_};
  }

  Decision on_batch(const BatchView& batch, Services&) override {
    const GradientProbe& g = *batch.gradients;
    const size_t m = alpha_.size();
    const auto factor = clip_factors(g, clip_);
    double norms = 0, present = 0;
    for (size_t i = 0; i < m; ++i)
      if (batch.tokens[i] > 0) {
        norms += factor[i] * std::sqrt(g.dot(i, i));
        ++present;
      }
    std::vector<double> step = step_, alignment(m);
    for (size_t j = 0; j < m; ++j) {
      if (batch.tokens[j] == 0) continue;
      for (size_t i = with_target_ ? m : 0; i < (with_target_ ? m + 1 : m); ++i)
        alignment[j] += factor[i] * factor[j] * g.dot(i, j);
      if (code_) {
        const double scaled = batch.lr * alignment[j] / (norms / present + 1e-6);
        step[j] = std::clamp(scaled, low_ * batch.lr, high_ * batch.lr) / mu_;
        if (std::isnan(scaled)) step[j] = scaled;
      } else {
        step[j] = batch.lr * alignment[j] / mu_;
      }
    }
    if (!all_finite(step)) return refused("a gradient's inner product");
    step_ = step;
    alpha_ = smoothed(multiplied(alpha_, step, drawable_), smoothing_, drawable_);
    ++steps_;
    for (size_t i = 0; i < m; ++i) sum_[i] += alpha_[i];
    std::vector<double> score;
    for (const double s : step) score.push_back(s * mu_);
    return {.loss_weights = alpha_, .record = {{"W", alignment}, {"score", score}, {"alpha", alpha_}}};
  }

  std::optional<Weights> finish() override { return steps_ == 0 ? alpha_ : normalised(sum_); }

  nlohmann::json save() const override {
    return {{"alpha", alpha_}, {"step", step_}, {"sum", sum_}, {"steps", steps_}};
  }
  void load(const nlohmann::json& saved) override {
    saved.at("alpha").get_to(alpha_);
    saved.at("step").get_to(step_);
    saved.at("sum").get_to(sum_);
    saved.at("steps").get_to(steps_);
  }

 private:
  bool code_, with_target_;
  double mu_, clip_, low_, high_, smoothing_;
  int64_t batch_ = 0, steps_ = 0;
  std::vector<bool> drawable_;
  Weights alpha_, sum_;
  std::vector<double> step_;
};

RNB_REGISTER(
    MethodSpec, .name = "doge_proxy",
    .summary =
        "DoGE's proxy run: steps along a weighted sum of the domains' gradients, aligned ones gain weight",
    .source = "DoGE, arXiv:2310.15393 Algorithm 1", .options = doge_proxy_options(),
    .make = make_one<DogeProxy>);

}  // namespace

std::vector<MethodOption> doge_proxy_options() {
  return {
      {.name = "variant",
       .fallback = "paper",
       .help = "the paper's rule or the authors' code",
       .choices = {"paper", "code"}},
      {.name = "target",
       .fallback = "domains",
       .help = "what to align with: all domains, or the evaluation mixture",
       .choices = {"domains", "evaluation"}},
      {.name = "mu", .fallback = "0.01", .help = "larger moves less", .type = OptionType::Real, .above = 0},
      {.name = "max_grad_norm",
       .fallback = "5",
       .help = "variant=code: largest norm of a domain's gradient; 0: none",
       .type = OptionType::Real,
       .low = 0},
      {.name = "dw_min",
       .fallback = "0",
       .help = "variant=code: smallest score, in learning rates",
       .type = OptionType::Real},
      {.name = "dw_max",
       .fallback = "5",
       .help = "variant=code: largest score, in learning rates",
       .type = OptionType::Real},
      {.name = "smoothing",
       .fallback = "0",
       .help = "share of the uniform mixture",
       .type = OptionType::Real,
       .low = 0,
       .high = 1}};
}

}  // namespace rnb
