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
#include "methods/core/swarm_laws.h"
#include "methods/math/mixture_optimum.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

class MixLaws : public SwarmMixer {
 public:
  explicit MixLaws(const MethodOptions& o)
      : SwarmMixer(o, "mixlaws", 2),  // a law has k + 2 numbers
        laws_(o),
        grid_(static_cast<int>(o.integer("grid"))),
        continuous_(o.text("search") == "continuous") {}

 private:
  Weights fit(const ProxyTask& task, const Swarm& swarm, Decision& decision) override {
    const std::vector<ExponentialLaw> laws = laws_.fit(swarm);
    nlohmann::json record = nlohmann::json::array();
    for (size_t t = 0; t < laws.size(); ++t) {
      const ExponentialLaw& law = laws[t];
      record.push_back({{"domain", task.domains.names[swarm.targets[t]]},
                        {"c", std::exp(law.log_c)},
                        {"log_k", exact({{law.log_k}})[0]},
                        {"t", task.everywhere(law.t)},
                        {"huber", huber_objective(law, swarm.mixtures, swarm.losses[t], laws_.delta(), {})}});
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

  SwarmLaws laws_;
  int grid_;
  bool continuous_;
};

RNB_REGISTER(
    MethodSpec, .name = "mixlaws",
    .summary =
        "proxies on random mixtures, an exponential law of each domain's loss, the optimum of the laws",
    .source = "Data Mixing Laws, arXiv:2403.16952 equations 6 and 7",
    .options = with_swarm_law_options(
        {{.name = "grid",
          .fallback = "32",
          .help = "shares on the grid are multiples of 1/grid, coarser for many domains",
          .type = OptionType::Whole,
          .low = 1,
          .high = 1024},
         {.name = "search",
          .fallback = "continuous",
          .help = "refine the best point of the grid, or not",
          .choices = {"continuous", "grid"}}}),
    .traits = {.not_permutation_equivariant =
                   "fits end where rounding, which follows the order of the domains, lets them"},
    .make = make_one<MixLaws>);

}  // namespace
}  // namespace rnb
