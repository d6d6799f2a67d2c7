// p = softmax(L / T) of the validation losses, every so many steps; with `ema` of their moving average. The
// rule that any cleverer one which follows losses must beat. As in modelscope/ms-swift pull request 9142, but
// there training losses; here a domain without validation examples counts as the mean of the others.

#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/core/update_period.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

class LossSoftmax : public Mixer {
 public:
  explicit LossSoftmax(const MethodOptions& o)
      : temperature_(o.number("T")), ema_(o.number("ema")), every_(o.integer("every")) {}

  Needs needs() const override { return {.eval_every = every_, .shared_domains = true}; }

  Decision init(const Domains& domains, Services&) override {
    every_ = update_period(every_, domains);
    drawable_ = drawable(domains);
    return {.sampling = uniform_where(drawable_)};
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
    return {.sampling = softmax_where(logits, drawable_), .record = {{"loss", mean_}}};
  }

  nlohmann::json save() const override { return {{"mean", mean_}}; }
  void load(const nlohmann::json& saved) override { saved.at("mean").get_to(mean_); }

 private:
  double temperature_, ema_;
  int64_t every_;
  std::vector<bool> drawable_;
  std::vector<double> mean_;  // of past losses; empty before the first evaluation
};

RNB_REGISTER(MethodSpec, .name = "loss_softmax", .summary = "softmax of the domains' validation losses",
             .source = "modelscope/ms-swift, pull request 9142",
             .options = {{.name = "T",
                          .fallback = "1",
                          .help = "temperature, nats",
                          .type = OptionType::Real,
                          .above = 0},
                         {.name = "ema",
                          .fallback = "0",
                          .help = "memory of a moving average of the losses; 0: none",
                          .type = OptionType::Real,
                          .low = 0,
                          .below = 1},
                         every_option()},
             .make = make_one<LossSoftmax>);

}  // namespace
}  // namespace rnb
