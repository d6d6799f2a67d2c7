// R&B's Balance (arXiv:2505.00358). Every K steps: p <- softmax(lambda G p_eval / |G p_eval|), where G is the
// Gram matrix of the domains' mean gradients of the tracked layers over the round's training batches. No
// memory across rounds. Norm off is Algorithm 3: softmax(scale * lambda * G p_eval), scale standing for its
// eta.
//
// The paper leaves open, and we name: a domain absent from the round (empty = neutral: score 0 | last: its
// last defined score | keep: its present weight, the others share the rest), and |G p| = 0 (p is kept, with a
// warning). Where neither says so, the rule is the paper's.

#include <algorithm>

#include <fmt/format.h>

#include "methods/core/balance.h"
#include "methods/core/fixed_mixer.h"
#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/math/simplex.h"
#include "methods/math/static_mixtures.h"

namespace rnb {
namespace {

enum class Norm { On, Off };                // divide by |G p| or not
enum class Absent { Neutral, Last, Keep };  // what becomes of a domain that a round did not draw
constexpr std::initializer_list<std::pair<std::string_view, Absent>> kAbsentWords{
    {"neutral", Absent::Neutral}, {"last", Absent::Last}, {"keep", Absent::Keep}};

class Rnb : public Mixer {
 public:
  explicit Rnb(const MethodOptions& o)
      : lambda_(o.number("lambda")),
        scale_(o.number("scale")),
        round_steps_(o.integer("round_steps")),
        rounds_(o.integer("rounds")),
        norm_(o.choice<Norm>("norm", {{"on", Norm::On}, {"off", Norm::Off}})),
        empty_(o.choice<Absent>("empty", kAbsentWords)),
        diagonal_(o.choice<GramDiagonal>(
            "gram", {{"biased", GramDiagonal::Biased}, {"unbiased", GramDiagonal::Unbiased}})) {}

  Needs needs() const override {
    return {.round_steps = round_steps_,
            .gradient_gram = true,
            .step_norms = diagonal_ == GramDiagonal::Unbiased,
            .shared_domains = true};  // else G p = 0
  }

  Decision init(const Domains& domains, Services&) override {
    if (round_steps_ == 0) round_steps_ = std::max<int64_t>(1, domains.total_steps / rounds_);
    evaluation_ = domains.evaluation;
    last_score_.assign(domains.size(), 0.0);
    drawable_ = drawable(domains);
    // Uniform over the domains that can be sampled.
    return {.sampling = temperature_mixture(as_doubles(domains.train_examples), 0.0)};
  }

  Decision on_round(const RoundView& round, Services&) override {
    const MeanGram gram = mean_gram(*round.gram, diagonal_);
    std::vector<double> score = gram_times(gram.g, evaluation_);
    if (!all_finite(score)) return refused("the gradients' Gram matrix");
    for (size_t i = 0; i < score.size(); ++i) {
      if (!gram.empty[i]) last_score_[i] = score[i];
      if (gram.empty[i] && empty_ == Absent::Last) score[i] = last_score_[i];
    }
    Decision decision{.warnings = gaps(gram, round.round)};
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
  std::vector<Warning> gaps(const MeanGram& gram, int64_t round) const {
    size_t absent = 0, undefined = 0;
    for (size_t i = 0; i < gram.empty.size(); ++i) {
      absent += gram.empty[i] && drawable_[i];
      undefined += gram.diagonal_undefined[i];
    }
    std::vector<Warning> out;
    if (absent > 0)
      out.push_back({"empty_domain", fmt::format("{} domains were not sampled in round {} (empty={})", absent,
                                                 round, empty_word())});
    if (undefined > 0)
      out.push_back(
          {"undefined_diagonal",
           fmt::format("{} domains were seen in one step of round {}: their unbiased diagonal counts as 0",
                       undefined, round)});
    return out;
  }

  std::vector<double> scaled(const std::vector<double>& score, double norm) const {
    std::vector<double> logits;
    for (const double v : score)
      logits.push_back(norm_ == Norm::On ? lambda_ * (v / norm) : scale_ * lambda_ * v);
    return logits;
  }

  std::string_view empty_word() const {
    for (const auto& [word, meaning] : kAbsentWords)
      if (meaning == empty_) return word;
    return "";
  }

  // Softmax over the domains that can be sampled; empty=keep leaves the round's absent ones as they were.
  Weights weights(const std::vector<double>& logits, const std::vector<bool>& empty,
                  std::span<const double> p) const {
    std::vector<double> moving;
    std::vector<size_t> where;
    Weights out(logits.size());
    double kept = 0;
    for (size_t i = 0; i < out.size(); ++i) {
      if (!drawable_[i]) continue;
      if (empty_ == Absent::Keep && empty[i]) {
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
  Norm norm_;
  Absent empty_;
  GramDiagonal diagonal_;
  Weights evaluation_;
  std::vector<bool> drawable_;
  std::vector<double> last_score_;
};

RNB_REGISTER(MethodSpec, .name = "rnb",
             .summary = "Balance: softmax of the domains' gradient alignment with the evaluation mixture",
             .source = "R&B, arXiv:2505.00358 Algorithm 1 (norm=off: Algorithm 3)",
             .options = {{.name = "lambda",
                          .fallback = "3",
                          .help = "sharpness of the softmax",
                          .type = OptionType::Real,
                          .low = 0},
                         {.name = "rounds",
                          .fallback = "10",
                          .help = "rounds T in a run; K = steps / T",
                          .type = OptionType::Whole,
                          .low = 1},
                         {.name = "round_steps",
                          .fallback = "0",
                          .help = "K, steps per round; 0: from rounds",
                          .type = OptionType::Whole,
                          .low = 0},
                         {.name = "norm",
                          .fallback = "on",
                          .help = "divide by |G p| (Algorithm 1) or not (Algorithm 3)",
                          .choices = {"on", "off"}},
                         {.name = "scale",
                          .fallback = "1",
                          .help = "norm=off: Algorithm 3's eta",
                          .type = OptionType::Real},
                         {.name = "gram",
                          .fallback = "biased",
                          .help = "diagonal with or without a step's product with itself",
                          .choices = {"biased", "unbiased"}},
                         {.name = "empty",
                          .fallback = "neutral",
                          .help = "a domain absent from a round: score 0, last score, or keep its weight",
                          .choices = {"neutral", "last", "keep"}}},
             .make = make_one<Rnb>);

}  // namespace
}  // namespace rnb
