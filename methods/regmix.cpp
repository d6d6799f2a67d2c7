// Small proxies are trained on random mixtures, a regression learns their validation loss from the mixture,
// and the run is trained on the mean of the mixtures for which it predicts the lowest loss.
//
// arXiv:2407.01492; github.com/sail-sg/regmix@b004d3a. Different here: the target is the validation loss
// weighted by the evaluation proportions, not one data set's; ridge regression or boosted stumps stand in for
// LightGBM, which is constant on fewer than 40 proxies and was stopped by the mixtures it was tested on;
// domains' shares are of examples, and a drawn mixture is normalised again after rounding. Scaled down from
// 512 proxies, 100,000 candidates and the best 128 of them.

#include <utility>

#include "base/error.h"
#include "methods/core/swarm_mixer.h"
#include "methods/math/regressors.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

class RegMix : public SwarmMixer {
 public:
  explicit RegMix(const MethodOptions& o)
      : SwarmMixer(o, "regmix", 0),
        stumps_(o.text("regressor") == "stumps"),
        ridge_(o.number("ridge")),
        rounds_(o.integer("rounds")),
        rate_(o.number("rate")),
        candidates_(o.integer("candidates")),
        top_k_(o.integer("top_k")) {
    if (top_k_ > candidates_)
      fail_usage("regmix", "top_k={}; expected at most candidates={}", top_k_, candidates_);
  }

 private:
  Weights fit(const ProxyTask& task, const Swarm& swarm, Decision& decision) override {
    std::vector<double> target(swarm.mixtures.size());
    for (size_t t = 0; t < swarm.targets.size(); ++t)
      for (size_t j = 0; j < target.size(); ++j) target[j] += swarm.importance[t] * swarm.losses[t][j];
    decision.record = {{"target", target}};
    LowestRows best(static_cast<size_t>(top_k_));
    if (stumps_) {
      offer_candidates(task, fit_stumps(swarm.mixtures, target, rounds_, rate_), best);
    } else {
      const Ridge model = fit_ridge(swarm.mixtures, target, ridge_);
      decision.record["coefficients"] = task.everywhere(model.w);
      offer_candidates(task, model, best);
    }
    const auto kept = best.sorted();
    if (kept.empty()) fail(who(), "all of the {} random mixtures underflow; raise candidates", candidates_);
    decision.record["predicted"] = kept.front().value;
    return normalised(best.mean());
  }

  template <typename Model>
  void offer_candidates(const ProxyTask& task, const Model& model, LowestRows& best) const {
    const DirichletDraws random = draws(task, "candidates");
    for (int64_t c = 0; c < candidates_; ++c)
      if (auto p = random.draw(task.prior, static_cast<uint64_t>(c)); !p.empty()) {
        const double predicted = model(p);
        best.offer(predicted, std::move(p));
      }
  }

  bool stumps_;
  double ridge_;
  int64_t rounds_;
  double rate_;
  int64_t candidates_, top_k_;
};

RNB_REGISTER(
    MethodSpec, .name = "regmix",
    .summary = "proxies on random mixtures, a regression of their losses, the best mixtures by it",
    .source = "RegMix, arXiv:2407.01492 section 3",
    .options = with_swarm_options({{.name = "regressor",
                                    .fallback = "ridge",
                                    .help = "of the loss on the mixture",
                                    .choices = {"ridge", "stumps"}},
                                   {.name = "ridge",
                                    .fallback = "0.001",
                                    .help = "penalty of regressor=ridge",
                                    .type = OptionType::Real,
                                    .low = 1e-12,
                                    .high = 1e12},
                                   {.name = "rounds",
                                    .fallback = "100",
                                    .help = "trees of regressor=stumps",
                                    .type = OptionType::Whole,
                                    .low = 1,
                                    .high = 1e5},
                                   {.name = "rate",
                                    .fallback = "0.1",
                                    .help = "learning rate of regressor=stumps",
                                    .type = OptionType::Real,
                                    .low = 1e-6,
                                    .high = 1},
                                   {.name = "candidates",
                                    .fallback = "10000",
                                    .help = "random mixtures whose loss is predicted",
                                    .type = OptionType::Whole,
                                    .low = 1,
                                    .high = 1e7},
                                   {.name = "top_k",
                                    .fallback = "32",
                                    .help = "the mean of so many of the best is used; at most candidates",
                                    .type = OptionType::Whole,
                                    .low = 1}}),
    .traits = {.not_uniform_on_zero_signal =
                   "averages random mixtures around the natural one, the first of equal ones"},
    .make = make_one<RegMix>);

}  // namespace
}  // namespace rnb
