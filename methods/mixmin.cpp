// One proxy is trained on each domain alone; the mixture of the proxies' probabilities that explains the
// validation examples best is found by entropic descent, and its weights are the sampling weights.
//
// MixMin, arXiv:2502.10510; github.com/Anvith-Thudi/MixMin@7212abe, LLM_DataMixing/mixmin_gen.py. Different
// here: examples are weighted so that the target is the evaluation mixture, and all of the validation subset
// is used, not 80 % of it. Kept: steps=100 of lr=1, which are not enough for long examples (the gradient is
// of the order of 1 / tokens); the stop where every |gradient| < tol, which only examples of 1 / tol tokens
// reach.

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "methods/core/proxy_mixer.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

class MixMin : public ProxyMixer {
 public:
  explicit MixMin(const MethodOptions& o)
      : ProxyMixer(o, "mixmin"), lr_(o.number("lr")), tol_(o.number("tol")), steps_(o.integer("steps")) {}

 private:
  std::optional<Weights> learn(const ProxyTask& task, Services& services, Decision& decision) override {
    std::vector<std::vector<double>> log_prob;  // [k][n]
    SequenceLogProbs last;
    for (size_t i = 0; i < task.size(); ++i) {
      Weights alone(task.size());
      alone[i] = 1;
      const auto proxy = train(task, services, "domain " + task.domains.names[task.where[i]], alone);
      last = services.log_probs(proxy.run);
      if (!all_finite(last.log_prob)) return std::nullopt;
      log_prob.push_back(last.log_prob);
      if (last.log_prob.size() != log_prob[0].size() || last.tokens.size() != log_prob[0].size() ||
          last.weight.size() != log_prob[0].size())
        fail(who(), "proxies answer for {} and for {} validation examples", log_prob[0].size(),
             last.log_prob.size());
    }
    std::vector<double> rate;  // weight of an example over its tokens
    const auto weight = normalised(last.weight);
    for (size_t x = 0; x < weight.size(); ++x)
      rate.push_back(last.tokens[x] > 0 ? weight[x] / static_cast<double>(last.tokens[x]) : 0.0);
    return descend(log_prob, rate, decision);
  }

  Weights descend(const std::vector<std::vector<double>>& log_prob, const std::vector<double>& rate,
                  Decision& decision) const {
    Weights w = uniform_weights(log_prob.size());
    for (int64_t step = 0; step < steps_; ++step) {
      double loss = 0;
      std::vector<double> gradient(w.size()), logits;
      for (size_t x = 0; x < rate.size(); ++x) {
        double top = log_prob[0][x], sum = 0;
        for (const auto& row : log_prob) top = std::max(top, row[x]);
        for (size_t i = 0; i < w.size(); ++i) sum += w[i] * std::exp(log_prob[i][x] - top);
        loss -= rate[x] * (top + std::log(sum));
        for (size_t i = 0; i < w.size(); ++i) gradient[i] -= rate[x] * std::exp(log_prob[i][x] - top) / sum;
      }
      for (size_t i = 0; i < w.size(); ++i) logits.push_back(std::log(w[i]) - lr_ * gradient[i]);
      w = softmax(logits);
      decision.record = {
          {"steps", step + 1}, {"loss", loss}, {"gradient", gradient}};  // before the last step
      if (std::all_of(gradient.begin(), gradient.end(), [&](double g) { return std::abs(g) < tol_; })) break;
    }
    return w;
  }

  double lr_, tol_;
  int64_t steps_;
};

RNB_REGISTER(
    MethodSpec, .name = "mixmin",
    .summary =
        "a proxy on each domain; the mixture of their probabilities that explains the validation examples",
    .source = "MixMin, arXiv:2502.10510 section 4",
    .options = with_proxy_options({{.name = "lr",
                                    .fallback = "1",
                                    .help = "step size of the descent on the weights",
                                    .type = OptionType::Real,
                                    .low = 0,
                                    .high = 1e9},
                                   {.name = "steps",
                                    .fallback = "100",
                                    .help = "most steps of it",
                                    .type = OptionType::Whole,
                                    .low = 1,
                                    .high = 1e6},
                                   {.name = "tol",
                                    .fallback = "0.0001",
                                    .help = "stop when every derivative is smaller",
                                    .type = OptionType::Real,
                                    .low = 0,
                                    .high = 1e9}}),
    .make = make_one<MixMin>);

}  // namespace
}  // namespace rnb
