// A law for each validation domain, L_i(r) = c_i + k_i exp(t_i r), is fitted to the losses of proxies on
// random mixtures; the run is trained on the mixture with the lowest predicted loss, weighted by the
// evaluation proportions.
//
// Data Mixing Laws, arXiv:2403.16952 equations 6 and 7; github.com/yegcjs/mixinglaws@8ad3e12. Different here:
// a domain's fit starts from `starts` values of c, for each of which log(L - c) is linear in r and solved,
// instead of 6,000 starts on a grid with random t; the best point of the grid is refined, since the sum of
// the laws is convex in r (search=grid: not); the loss is that of the proxies' steps, not extrapolated by
// step and size laws. Scaled down from 20 to 40 mixtures at several sizes.

#include <cmath>

#include "methods/core/json_numbers.h"
#include "methods/core/swarm_mixer.h"
#include "methods/math/exponential_law.h"
#include "methods/math/mixture_optimum.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

class MixLaws : public SwarmMixer {
 public:
  explicit MixLaws(const MethodOptions& o)
      : SwarmMixer(o, "mixlaws", 2),  // a law has k + 2 numbers
        delta_(number_within(o, "mixlaws", "delta", 1e-9, 1e9)),
        starts_(integer_within(o, "mixlaws", "starts", 1, 1000)),
        grid_(static_cast<int>(integer_within(o, "mixlaws", "grid", 1, 1024))),
        continuous_(o.text("search") == "continuous") {}

 private:
  Weights fit(const ProxyTask& task, const Swarm& swarm, Decision& decision) override {
    std::vector<ExponentialLaw> laws;
    nlohmann::json record = nlohmann::json::array();
    for (size_t t = 0; t < swarm.targets.size(); ++t) {
      laws.push_back(fit_exponential_law(swarm.mixtures, swarm.losses[t], delta_, starts_));
      const ExponentialLaw& law = laws.back();
      record.push_back({{"domain", task.domains.names[swarm.targets[t]]},
                        {"c", std::exp(law.log_c)},
                        {"log_k", exact({{law.log_k}})[0]},
                        {"t", task.everywhere(law.t)},
                        {"huber", huber_objective(law, swarm.mixtures, swarm.losses[t], delta_, {})}});
    }
    const auto total = weighted_laws(laws, swarm.importance);
    const Weights uniform = uniform_weights(task.size());
    Weights best = best_on_grid(total, task.size(), grid_);
    if (total(best, {}) >= total(uniform, {})) best = uniform;  // flat laws choose nothing
    if (continuous_) {
      for (size_t i = 0; i < best.size(); ++i)
        best[i] = 0.5 * best[i] + 0.5 * uniform[i];  // a 0 would stay one
      best = minimise_mixture({total, 0, {}, {}}, best);
    }
    decision.record = {{"laws", record}, {"predicted", total(best, {})}};
    return normalised(best);
  }

  double delta_;
  int64_t starts_;
  int grid_;
  bool continuous_;
};

RNB_REGISTER_METHOD((MethodSpec{
    "mixlaws",
    "proxies on random mixtures, an exponential law of each domain's loss, the optimum of the laws",
    "Data Mixing Laws, arXiv:2403.16952 equations 6 and 7",
    with_swarm_options(
        {{"delta", "0.02", "of the Huber loss that the laws are fitted with", {}},
         {"starts", "8", "starting values of c for each fit", {}},
         {"grid", "32", "shares on the grid are multiples of 1/grid, coarser for many domains", {}},
         {"search", "continuous", "refine the best point of the grid, or not", {"continuous", "grid"}}}),
    {"fits end where rounding, which follows the order of the domains, lets them", ""},
    [](const MethodOptions& o) -> std::unique_ptr<Mixer> { return std::make_unique<MixLaws>(o); }}));

}  // namespace
}  // namespace rnb
