// p = softmax(L / T) of the validation losses, every so many steps; with `ema` of their moving average. The
// rule that any cleverer one which follows losses must beat. As in modelscope/ms-swift pull request 9142, but
// there training losses; here a domain without validation examples counts as the mean of the others.

#include "base/error.h"
#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

class LossSoftmax : public Mixer {
 public:
  explicit LossSoftmax(const MethodOptions& o)
      : temperature_(o.number("T")), ema_(o.number("ema")), every_(o.integer("every")) {
    if (temperature_ <= 0) fail_usage("loss_softmax", "T={}; expected a value > 0", temperature_);
    if (ema_ < 0 || ema_ >= 1) fail_usage("loss_softmax", "ema={}; expected a value in [0, 1)", ema_);
  }

  Needs needs() const override {
    Needs needs;
    needs.eval_every = every_;
    needs.shared_domains = true;
    return needs;
  }

  Decision init(const Domains& domains, Services&) override {
    every_ = update_period("loss_softmax", every_, domains);
    drawable_ = drawable(domains);
    Decision decision;
    decision.sampling = uniform_where(drawable_);
    return decision;
  }

  Decision on_eval(const EvalView& eval, Services&) override {
    if (!usable(eval.loss, eval.tokens)) return refused("a validation loss");
    const auto loss = with_mean_where_absent(eval.loss, eval.tokens);
    std::vector<double> mean = mean_.empty() ? loss : mean_, logits;
    for (size_t i = 0; i < loss.size(); ++i) {
      mean[i] = ema_ * mean[i] + (1 - ema_) * loss[i];
      logits.push_back(mean[i] / temperature_);
    }
    if (!all_finite(logits)) return refused("a logit");
    mean_ = mean;
    Decision decision;
    decision.record = {{"loss", mean_}};
    decision.sampling = softmax_where(logits, drawable_);
    return decision;
  }

  nlohmann::json save() const override { return {{"mean", mean_}}; }
  void load(const nlohmann::json& saved) override { saved.at("mean").get_to(mean_); }

 private:
  double temperature_, ema_;
  int64_t every_;
  std::vector<bool> drawable_;
  std::vector<double> mean_;  // of past losses; empty before the first evaluation
};

RNB_REGISTER_METHOD((MethodSpec{
    "loss_softmax",
    "softmax of the domains' validation losses",
    "modelscope/ms-swift, pull request 9142",
    {{"T", "1", "temperature, nats, > 0", {}},
     {"ema", "0", "memory of a moving average of the losses; 0: none", {}},
     {"every", "0", "steps between updates; 0: a tenth of the run", {}}},
    {},
    [](const MethodOptions& o) -> std::unique_ptr<Mixer> { return std::make_unique<LossSoftmax>(o); }}));

}  // namespace
}  // namespace rnb
