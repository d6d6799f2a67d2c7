// R&B's Balance (arXiv:2505.00358). Every K steps: p <- softmax(lambda G p_eval / |G p_eval|), where G is the
// Gram matrix of the domains' mean gradients of the tracked layers over the round's training batches. No
// memory across rounds. Norm off is Algorithm 3: softmax(scale * lambda * G p_eval), scale standing for its
// eta.
//
// The paper leaves open, and we name: a domain absent from the round (empty = neutral: score 0 | last: its
// last defined score | keep: its present weight, the others share the rest), and |G p| = 0 (p is kept, with a
// warning). Where neither says so, the rule is the paper's.

#include <algorithm>

#include "base/error.h"
#include "methods/core/registry.h"
#include "methods/math/balance.h"
#include "methods/math/simplex.h"
#include "methods/math/static_mixtures.h"

namespace rnb {
namespace {

class Rnb : public Mixer {
 public:
  explicit Rnb(const MethodOptions& o)
      : lambda_(o.number("lambda")),
        scale_(o.number("scale")),
        round_steps_(o.integer("round_steps")),
        rounds_(o.integer("rounds")),
        normalise_(o.text("norm") == "on"),
        empty_(o.text("empty")),
        diagonal_(o.text("gram") == "unbiased" ? GramDiagonal::Unbiased : GramDiagonal::Biased) {
    if (lambda_ < 0) fail_usage("rnb", "lambda={}; expected a value >= 0", lambda_);
    if (rounds_ < 1 || round_steps_ < 0)
      fail_usage("rnb", "rounds must be at least 1 and round_steps not negative");
  }

  Needs needs() const override {
    Needs needs;
    needs.round_steps = round_steps_;
    needs.gradient_gram = true;
    needs.step_norms = diagonal_ == GramDiagonal::Unbiased;
    needs.shared_domains = true;  // else G p = 0
    return needs;
  }

  Decision init(const Domains& domains, Services&) override {
    if (round_steps_ == 0) round_steps_ = std::max<int64_t>(1, domains.total_steps / rounds_);
    evaluation_ = domains.evaluation;
    last_score_.assign(domains.size(), 0.0);
    has_data_.clear();
    std::vector<double> sizes;
    for (const int64_t n : domains.train_examples) {
      has_data_.push_back(n > 0);
      sizes.push_back(static_cast<double>(n));
    }
    Decision decision;
    decision.sampling = temperature_mixture(sizes, 0.0);  // uniform over the domains that can be sampled
    return decision;
  }

  Decision on_round(const RoundView& round, Services&) override {
    const MeanGram gram = mean_gram(*round.gram, diagonal_);
    std::vector<double> score = gram_times(gram.g, evaluation_);
    Decision decision;
    if (!all_finite(score)) {
      decision.warnings.push_back(
          {"bad_signal", "the gradients' Gram matrix is not finite; the weights are kept"});
      return decision;
    }
    size_t absent = 0, undefined = 0;
    for (size_t i = 0; i < score.size(); ++i) {
      absent += gram.empty[i] && has_data_[i];
      undefined += gram.diagonal_undefined[i];
      if (!gram.empty[i]) last_score_[i] = score[i];
      if (gram.empty[i] && empty_ == "last") score[i] = last_score_[i];
    }
    if (absent > 0)
      decision.warnings.push_back(
          {"empty_domain",
           fmt::format("{} domains were not sampled in round {} (empty={})", absent, round.round, empty_)});
    if (undefined > 0)
      decision.warnings.push_back(
          {"undefined_diagonal",
           fmt::format("{} domains were seen in one step of round {}: their unbiased diagonal counts as 0",
                       undefined, round.round)});
    const double norm = euclidean_norm(score);
    decision.record = {{"score", score}, {"norm", norm}};
    if (norm == 0) {
      decision.warnings.push_back(
          {"zero_norm", fmt::format("|G p| is 0 in round {}; the weights are kept", round.round)});
      return decision;
    }
    const auto logits = scaled(score, norm);
    if (!all_finite(logits)) {
      decision.warnings.push_back(
          {"bad_signal",
           fmt::format("the logits of round {} are not finite; the weights are kept", round.round)});
      return decision;
    }
    decision.sampling = weights(logits, gram.empty, round.p);
    return decision;
  }

  nlohmann::json save() const override { return {{"last_score", last_score_}}; }
  void load(const nlohmann::json& saved) override { saved.at("last_score").get_to(last_score_); }

 private:
  std::vector<double> scaled(const std::vector<double>& score, double norm) const {
    std::vector<double> logits;
    for (const double v : score) logits.push_back(normalise_ ? lambda_ * (v / norm) : scale_ * lambda_ * v);
    return logits;
  }

  // Softmax over the domains that can be sampled; empty=keep leaves the round's absent ones as they were.
  Weights weights(const std::vector<double>& logits, const std::vector<bool>& empty,
                  std::span<const double> p) const {
    std::vector<double> moving;
    std::vector<size_t> where;
    Weights out(logits.size());
    double kept = 0;
    for (size_t i = 0; i < out.size(); ++i) {
      if (!has_data_[i]) continue;
      if (empty_ == "keep" && empty[i]) {
        kept += out[i] = p[i];
        continue;
      }
      moving.push_back(logits[i]);
      where.push_back(i);
    }
    const auto shares = softmax(moving);
    for (size_t k = 0; k < where.size(); ++k) out[where[k]] = shares[k] * (1 - kept);
    return out;
  }

  double lambda_, scale_;
  int64_t round_steps_, rounds_;
  bool normalise_;
  std::string empty_;
  GramDiagonal diagonal_;
  Weights evaluation_;
  std::vector<bool> has_data_;
  std::vector<double> last_score_;
};

RNB_REGISTER_METHOD((MethodSpec{
    "rnb",
    "Balance: softmax of the domains' gradient alignment with the evaluation mixture",
    "R&B, arXiv:2505.00358 Algorithm 1 (norm=off: Algorithm 3)",
    {{"lambda", "3", "sharpness of the softmax, >= 0", {}},
     {"rounds", "10", "rounds T in a run; K = steps / T", {}},
     {"round_steps", "0", "K, steps a round; 0: from rounds", {}},
     {"norm", "on", "divide by |G p| (Algorithm 1) or not (Algorithm 3)", {"on", "off"}},
     {"scale", "1", "norm=off: Algorithm 3's eta", {}},
     {"gram", "biased", "diagonal with or without a step's product with itself", {"biased", "unbiased"}},
     {"empty",
      "neutral",
      "a domain absent from a round: score 0, last score, or keep its weight",
      {"neutral", "last", "keep"}}},
    {},
    [](const MethodOptions& options) -> std::unique_ptr<Mixer> { return std::make_unique<Rnb>(options); }}));

}  // namespace
}  // namespace rnb
