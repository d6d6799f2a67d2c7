// Small proxies are trained on random mixtures, a regression learns their validation loss from the mixture,
// and the run is trained on the mean of the mixtures for which it predicts the lowest loss.
//
// arXiv:2407.01492; github.com/sail-sg/regmix@b004d3a. Different here: the target is the validation loss
// weighted by the evaluation proportions, not one data set's; ridge regression or boosted stumps stand in for
// LightGBM, which is constant on fewer than 40 proxies and was stopped by the mixtures it was tested on;
// domains' shares are of examples, and a drawn mixture is normalised again after rounding. Scaled down from
// 512 proxies, 100,000 candidates and the best 128 of them.

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
        ridge_(number_within(o, "regmix", "ridge", 1e-12, 1e12)),
        rounds_(integer_within(o, "regmix", "rounds", 1, 100000)),
        rate_(number_within(o, "regmix", "rate", 1e-6, 1)),
        candidates_(integer_within(o, "regmix", "candidates", 1, 10000000)),
        top_k_(integer_within(o, "regmix", "top_k", 1, candidates_)) {}

 private:
  Weights fit(const ProxyTask& task, const Swarm& swarm, Decision& decision) override {
    std::vector<double> target(swarm.mixtures.size());
    for (size_t t = 0; t < swarm.targets.size(); ++t)
      for (size_t j = 0; j < target.size(); ++j) target[j] += swarm.importance[t] * swarm.losses[t][j];
    Rows candidates;
    const DirichletDraws random = draws(task, "candidates");
    for (int64_t c = 0; c < candidates_; ++c)
      if (auto p = random.draw(task.prior, static_cast<uint64_t>(c)); !p.empty())
        candidates.push_back(std::move(p));
    decision.record = {{"target", target}};
    std::vector<double> predictions;
    if (stumps_) {
      const auto model = fit_stumps(swarm.mixtures, target, rounds_, rate_);
      for (const auto& p : candidates) predictions.push_back(model(p));
    } else {
      const auto model = fit_ridge(swarm.mixtures, target, ridge_);
      decision.record["coefficients"] = task.everywhere(model.w);
      for (const auto& p : candidates) predictions.push_back(model(p));
    }
    const auto best = lowest(predictions, static_cast<size_t>(top_k_));
    decision.record["predicted"] = predictions[best.front()];
    return normalised(mean_row(candidates, best));
  }

  bool stumps_;
  double ridge_;
  int64_t rounds_;
  double rate_;
  int64_t candidates_, top_k_;
};

RNB_REGISTER_METHOD((MethodSpec{
    "regmix",
    "proxies on random mixtures, a regression of their losses, the best mixtures by it",
    "RegMix, arXiv:2407.01492 section 3",
    with_swarm_options({{"regressor", "ridge", "of the loss on the mixture", {"ridge", "stumps"}},
                        {"ridge", "0.001", "penalty of regressor=ridge", {}},
                        {"rounds", "100", "trees of regressor=stumps", {}},
                        {"rate", "0.1", "learning rate of regressor=stumps", {}},
                        {"candidates", "10000", "random mixtures whose loss is predicted", {}},
                        {"top_k", "32", "the mean of so many of the best is used", {}}}),
    {"", "averages random mixtures around the natural one, the first of equal ones"},
    [](const MethodOptions& o) -> std::unique_ptr<Mixer> { return std::make_unique<RegMix>(o); }}));

}  // namespace
}  // namespace rnb
