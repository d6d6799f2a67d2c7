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

#include "methods/doremi_proxy.h"

#include <algorithm>

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
        init_lambda_(o.number("init_lambda")) {}

  Needs needs() const override {
    return {.loss_weighting = code_ ? LossWeighting::Tokens : LossWeighting::Domains,
            .reference = reference_};
  }

  Decision init(const Domains& domains, Services&) override {
    drawable_ = drawable(domains);
    alpha_ = uniform_where(drawable_);
    lambda_.assign(domains.size(), init_lambda_);
    steps_ = code_ ? 1 : 0;
    sum_ = code_ ? alpha_ : Weights(domains.size());
    return {.sampling = alpha_, .loss_weights = alpha_};
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
    return {.loss_weights = weights, .record = {{"lambda", lambda_}, {"alpha", alpha_}}};
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

std::vector<MethodOption> with_reference() {
  auto options = doremi_proxy_options();
  options.push_back({.name = "reference",
                     .help = "id of the run whose model is the reference; method doremi trains one",
                     .required = true});
  return options;
}

std::map<std::string, std::string> any_reference(const Domains&) {
  return {{"reference", "any"}};
}

RNB_REGISTER(
    MethodSpec, .name = "doremi_proxy",
    .summary = "DoReMi's proxy run: the loss weights of the domains furthest above a reference model grow",
    .source = "DoReMi, arXiv:2305.10429 Algorithm 1", .options = with_reference(),
    .make = make_one<DoremiProxy>, .example = any_reference);

}  // namespace

std::vector<MethodOption> doremi_proxy_options() {
  return {{.name = "variant",
           .fallback = "paper",
           .help = "normaliser of the loss and of the average",
           .choices = {"paper", "code"}},
          {.name = "clip",
           .fallback = "token",
           .help = "excess losses at 0: each token's, or the domain's mean",
           .choices = {"token", "domain"}},
          {.name = "eta", .fallback = "1", .help = "step size", .type = OptionType::Real},
          {.name = "smoothing",
           .fallback = "0.001",
           .help = "c, share of the uniform mixture",
           .type = OptionType::Real,
           .low = 0,
           .high = 1},
          {.name = "init_lambda",
           .fallback = "0",
           .help = "excess loss of a domain not yet seen; the authors' code: ln V",
           .type = OptionType::Real}};
}

}  // namespace rnb
