// The proxy of DoReMi (arXiv:2305.10429, Algorithm 1): group distributionally robust training against a
// reference model. Batches come from a fixed mixture u (uniform); at each step, with lambda_i the mean excess
// loss of domain i over the reference, clipped at 0 token by token (an absent domain keeps its last one),
//   alpha <- (1 - c) softmax(log alpha + eta lambda) + c / m
// and the step's own loss is weighted by it. Found is the mean of alpha over the steps.
//
// variant=paper: the loss is sum_i alpha_i (mean loss of i), alpha is averaged over the steps. variant=code:
// the weights of tokens are alpha_i / u_i, divided by their sum, and the average counts the initial alpha as
// its first member. clip=domain is the reading of DoGE's and Aioli's ports: the domain's mean excess is
// clipped, not each token's. init_lambda is 0 (the authors' code starts at ln V, which makes alpha one-hot
// where a domain is absent from the first batch).

#include <algorithm>

#include "base/error.h"
#include "methods/core/probe_weights.h"
#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

class DoremiProxy : public Mixer {
 public:
  explicit DoremiProxy(const MethodOptions& o)
      : reference_(o.text("reference")),
        code_(o.text("variant") == "code"),
        by_domain_(o.text("clip") == "domain"),
        eta_(o.number("eta")),
        smoothing_(o.number("smoothing")),
        init_lambda_(o.number("init_lambda")) {
    if (reference_.empty())
      fail_usage("doremi_proxy",
                 "reference= must be the id of a run whose model is compared with; method doremi trains one");
    if (smoothing_ < 0 || smoothing_ > 1)
      fail_usage("doremi_proxy", "smoothing={}; expected a value in [0, 1]", smoothing_);
  }

  Needs needs() const override {
    Needs needs;
    needs.reference = reference_;
    needs.loss_weighting = code_ ? LossWeighting::Tokens : LossWeighting::Domains;
    return needs;
  }

  Decision init(const Domains& domains, Services&) override {
    drawable_ = drawable(domains);
    alpha_ = uniform_where(drawable_);
    lambda_.assign(domains.size(), init_lambda_);
    steps_ = code_ ? 1 : 0;
    sum_ = code_ ? alpha_ : Weights(domains.size());
    Decision decision;
    decision.sampling = alpha_;
    decision.loss_weights = alpha_;
    return decision;
  }

  Decision on_batch(const BatchView& batch, Services&) override {
    const auto excess = by_domain_ ? batch.excess : batch.clipped_excess;
    if (!usable(excess, batch.tokens)) return refused("an excess loss");
    for (size_t i = 0; i < lambda_.size(); ++i)
      if (batch.tokens[i] > 0) lambda_[i] = std::max(excess[i], 0.0);
    std::vector<double> step;
    for (const double x : lambda_) step.push_back(eta_ * x);
    const Weights uniform = uniform_where(drawable_);
    alpha_ = smoothed(multiplied(alpha_, step, drawable_), smoothing_, drawable_);
    ++steps_;
    Weights weights = alpha_;
    for (size_t i = 0; i < sum_.size(); ++i) {
      sum_[i] += alpha_[i];
      if (code_ && drawable_[i]) weights[i] /= uniform[i];
    }
    Decision decision;
    decision.loss_weights = weights;
    decision.record = {{"lambda", lambda_}, {"alpha", alpha_}};
    return decision;
  }

  std::optional<Weights> finish() override {
    return steps_ == 0 ? uniform_where(drawable_) : normalised(sum_);
  }

  nlohmann::json save() const override {
    return {{"alpha", alpha_}, {"lambda", lambda_}, {"sum", sum_}, {"steps", steps_}};
  }
  void load(const nlohmann::json& saved) override {
    saved.at("alpha").get_to(alpha_);
    saved.at("lambda").get_to(lambda_);
    saved.at("sum").get_to(sum_);
    saved.at("steps").get_to(steps_);
  }

 private:
  std::string reference_;
  bool code_, by_domain_;
  double eta_, smoothing_, init_lambda_;
  std::vector<bool> drawable_;
  Weights alpha_, lambda_, sum_;
  int64_t steps_ = 0;
};

RNB_REGISTER_METHOD((MethodSpec{
    "doremi_proxy",
    "DoReMi's proxy run: the loss weights of the domains furthest above a reference model grow",
    "DoReMi, arXiv:2305.10429 Algorithm 1",
    {{"reference", "", "id of the run whose model is the reference", {}},
     {"variant", "paper", "normaliser of the loss and of the average", {"paper", "code"}},
     {"clip", "token", "excess losses at 0: each token's, or the domain's mean", {"token", "domain"}},
     {"eta", "1", "step size", {}},
     {"smoothing", "0.001", "c, share of the uniform mixture", {}},
     {"init_lambda", "0", "excess loss of a domain not yet seen; the authors' code: ln V", {}}},
    {},
    [](const MethodOptions& o) -> std::unique_ptr<Mixer> { return std::make_unique<DoremiProxy>(o); },
    [](const Domains&) { return std::map<std::string, std::string>{{"reference", "any"}}; }}));

}  // namespace
}  // namespace rnb
