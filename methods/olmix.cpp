// A log-linear law for each validation domain, L_n(p) = exp(c_n) + exp(t_n p), is fitted to the losses of
// proxies on random mixtures; the run is trained on the mixture that minimises the weighted mean of exp(t_n
// p) + kl KL(p || natural), in which no domain is passed over more than `repetitions` times.
//
// Olmix, arXiv:2602.12237; github.com/allenai/olmix@9586977, olmix/fit/utils.py. Different here: the metrics
// are validation losses, weighted by the evaluation proportions; fits start from `starts` solved values of c
// instead of 300 random ones; the convex problem is solved by entropic proximal descent instead of CVXPY;
// shares and repetitions are of examples. Mixture reuse, for domains that change, is not here.

#include <fmt/format.h>

#include "methods/core/json_numbers.h"
#include "methods/core/swarm_laws.h"
#include "methods/math/mixture_optimum.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

class Olmix : public SwarmMixer {
 public:
  explicit Olmix(const MethodOptions& o)
      : SwarmMixer(o, "olmix", 1),  // a law has k + 1 numbers
        laws_(o),
        kl_(o.number("kl")),
        repetitions_(o.number("repetitions")) {}

 private:
  Weights fit(const ProxyTask& task, const Swarm& swarm, Decision& decision) override {
    const std::vector<ExponentialLaw> laws = laws_.fit(swarm);
    nlohmann::json record = nlohmann::json::array();
    for (size_t n = 0; n < laws.size(); ++n)
      record.push_back({{"domain", task.domains.names[swarm.targets[n]]},
                        {"c", exact({{laws[n].log_c}})[0]},
                        {"log_k", exact({{laws[n].log_k}})[0]},
                        {"t", task.everywhere(laws[n].t)}});
    MixtureProblem problem{weighted_terms(laws, swarm.importance), kl_, task.prior, caps(task, decision)};
    // Feasible, since the caps are multiples of the prior's shares with a sum of at least 1.
    const Weights best = minimise_mixture(problem, task.prior);
    decision.record = {{"laws", record}, {"objective", problem_value(problem, best)}};
    return normalised(best);
  }

  // Shares at which the run passes over a domain `repetitions` times; none where there is no such mixture.
  std::vector<double> caps(const ProxyTask& task, Decision& decision) const {
    if (repetitions_ == 0) return {};
    std::vector<double> out;
    double sum = 0;
    const auto drawn = static_cast<double>(task.domains.total_steps * task.domains.batch);
    for (const size_t i : task.where) {
      out.push_back(repetitions_ * static_cast<double>(task.domains.train_examples[i]) / drawn);
      sum += out.back();
    }
    if (sum >= 1) return out;
    decision.warnings.push_back(
        {"no_caps",
         fmt::format("the run passes over all its data more than repetitions={} times: no share is "
                     "capped",
                     repetitions_)});
    return {};
  }

  SwarmLaws laws_;
  double kl_, repetitions_;
};

RNB_REGISTER(
    MethodSpec, .name = "olmix",
    .summary =
        "proxies on random mixtures, a log-linear law of each domain's loss, their optimum near the "
        "natural mixture",
    .source = "Olmix, arXiv:2602.12237",
    .options = with_swarm_law_options({{.name = "kl",
                                        .fallback = "0.05",
                                        .help = "pull towards the natural mixture",
                                        .type = OptionType::Real,
                                        .low = 0,
                                        .high = 1e9},
                                       {.name = "repetitions",
                                        .fallback = "4",
                                        .help = "most passes over a domain's examples; 0: no limit",
                                        .type = OptionType::Real,
                                        .low = 0,
                                        .high = 1e9}}),
    .traits = {.not_permutation_equivariant =
                   "fits end where rounding, which follows the order of the domains, lets them",
               .not_uniform_on_zero_signal = "without a signal the natural mixture, its prior, is best"},
    .make = make_one<Olmix>);

}  // namespace
}  // namespace rnb
