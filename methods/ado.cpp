// Adaptive Data Optimization (arXiv:2410.11820; yidingjiang/ado): domains are drawn in proportion to a prior
// mu times how fast their loss is falling, read off a power law of each domain's training loss that is fitted
// again every so many steps. A step t whose batch has c_i examples of domain i:
//   n_i += sum c;  h <- history h + (1 - history) c / sum c
//   rho ~ mu h^credit max(alpha_i, alpha_floor) (L_i(n_i) - exp(e_i)) / n_i, floored at min_p
//   pi = (1 - mix) pi_bar + mix rho, the next step's weights;  pi_bar <- pi_bar + (rho - pi_bar) / (t + 1)
// with h = pi_bar = mu at first; before the first fit rho = mu. variant=paper lets h follow the weights pi
// instead of the counts, as we recall the paper.
//
// Different here: losses are means over tokens (there over examples); periods are shares of the run (there of
// 60,000 steps: a fit every 1,000, 1,000 ignored, window 101, every 10th point); a fit needs 20 points and
// starts from the 64 best points of its grid (there from all 512, at eight times the time); e may go down to
// -6 (there 0.5, which rules out irreducible losses below 1.65 nats); a domain whose fit fails keeps its last
// law, and without one counts as the mean of the others.

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "methods/core/fixed_mixer.h"
#include "methods/core/loss_history.h"
#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/core/update_period.h"
#include "methods/math/simplex.h"
#include "methods/math/static_mixtures.h"

namespace rnb {
namespace {

enum class Prior { Tokens, Examples, Stratified };

class Ado : public Mixer {
 public:
  explicit Ado(const MethodOptions& o)
      : counts_(o.text("variant") == "code"),
        prior_(o.choice<Prior>(
            "prior",
            {{"tokens", Prior::Tokens}, {"examples", Prior::Examples}, {"stratified", Prior::Stratified}})),
        history_(o.number("history")),
        credit_(o.number("credit")),
        mix_(o.number("mix")),
        min_p_(o.number("min_p")),
        alpha_floor_(o.number("alpha_floor")),
        ignore_(o.number("ignore")),
        every_(o.integer("every")),
        fit_{1e-3, o.number("lowest_e"), static_cast<int>(o.integer("starts"))} {}

  Needs needs() const override { return {.batch_losses = true}; }

  Decision init(const Domains& domains, Services&) override {
    const int64_t steps = domains.total_steps;
    every_ = update_period(every_, domains);
    points_.ignored = static_cast<size_t>(ignore_ * static_cast<double>(steps));
    points_.stride = static_cast<size_t>(std::max<int64_t>(1, steps / 200));
    points_.window = static_cast<size_t>(std::clamp<int64_t>(steps / 20, 5, 101)) | 1U;
    drawable_ = drawable(domains);
    const auto& sizes = prior_ == Prior::Examples ? domains.train_examples : domains.train_tokens;
    mu_ =
        prior_ == Prior::Stratified ? uniform_where(drawable_) : temperature_mixture(as_doubles(sizes), 1.0);
    pi_ = h_ = pi_bar_ = mu_;
    n_.assign(mu_.size(), 0.0);
    losses_ = LossHistory(mu_.size());
    laws_.assign(mu_.size(), {});
    return {.sampling = mu_};
  }

  Decision on_step(const StepView& view, Services&) override {
    if (!usable(view.loss, view.tokens)) return refused("a training loss");
    const auto batch =
        static_cast<double>(std::accumulate(view.examples.begin(), view.examples.end(), int64_t{0}));
    if (batch == 0) return {};
    for (size_t i = 0; i < n_.size(); ++i) {
      n_[i] += batch;
      const double share = counts_ ? static_cast<double>(view.examples[i]) / batch : pi_[i];
      h_[i] = history_ * h_[i] + (1 - history_) * share;
    }
    losses_.add(view);
    Decision decision;
    if (view.step % every_ == 0) fit_laws(view.step, decision);
    const Weights rho = speed_policy(decision);
    if (!all_finite(rho)) return refused("a policy");
    for (size_t i = 0; i < rho.size(); ++i) {
      pi_[i] = (1 - mix_) * pi_bar_[i] + mix_ * rho[i];
      pi_bar_[i] += (rho[i] - pi_bar_[i]) / static_cast<double>(view.step + 1);
    }
    decision.sampling = pi_ = normalised(pi_);
    decision.record["pi_bar"] = pi_bar_;
    return decision;
  }

  nlohmann::json save() const override {
    return {{"n", n_},           {"h", h_},       {"pi", pi_},
            {"pi_bar", pi_bar_}, {"laws", laws_}, {"losses", losses_.save()}};
  }
  void load(const nlohmann::json& saved) override {
    saved.at("n").get_to(n_);
    saved.at("h").get_to(h_);
    saved.at("pi").get_to(pi_);
    saved.at("pi_bar").get_to(pi_bar_);
    saved.at("laws").get_to(laws_);
    losses_.load(saved.at("losses"));
  }

 private:
  void fit_laws(int64_t step, Decision& decision) {
    if (!losses_.enough(points_)) return;
    size_t failed = 0;
    for (size_t i = 0; i < laws_.size(); ++i) {
      if (!drawable_[i]) continue;
      const auto law = losses_.fit(i, points_, fit_);
      if (law) laws_[i] = {law->a, law->e, law->alpha};
      failed += !law;
    }
    if (failed > 0)
      decision.warnings.push_back(
          {"fit_failed", fmt::format("step {}: {} domains keep their last law", step, failed)});
    decision.record["laws"] = laws_;
  }

  Weights speed_policy(Decision& decision) const {
    std::vector<double> predicted(n_.size()), speed(n_.size());
    std::vector<int64_t> known(n_.size());
    for (size_t i = 0; i < n_.size(); ++i) {
      if (laws_[i].empty()) continue;
      const ScalingLaw law{laws_[i][0], laws_[i][1], laws_[i][2]};
      known[i] = 1;
      predicted[i] = law.loss(n_[i]);
      speed[i] = std::max(law.alpha, alpha_floor_) * law.reducible(n_[i]) / n_[i];
    }
    if (std::count(known.begin(), known.end(), 1) == 0) return mu_;
    speed = with_mean_where_absent(speed, known);
    std::vector<double> rho(n_.size());
    for (size_t i = 0; i < n_.size(); ++i) rho[i] = mu_[i] * std::pow(h_[i], credit_) * speed[i];
    const double sum = std::accumulate(rho.begin(), rho.end(), 0.0);
    if (!(sum > 0) || !std::isfinite(sum)) return {NAN};
    rho = normalised(rho);
    const Weights floored = floored_where(rho, min_p_, drawable_);
    decision.record.update({{"h", h_},
                            {"predicted_loss", predicted},
                            {"speed", speed},
                            {"rho_unclipped", rho},
                            {"rho", floored}});
    return floored;
  }

  bool counts_;
  Prior prior_;
  double history_, credit_, mix_, min_p_, alpha_floor_, ignore_;
  int64_t every_;
  ScalingLawFit fit_;
  LossHistory::Points points_;
  LossHistory losses_;
  std::vector<bool> drawable_;
  Weights mu_, pi_, h_, pi_bar_;
  std::vector<double> n_;                  // [m] examples credited
  std::vector<std::vector<double>> laws_;  // [m] (a, e, alpha); empty before a fit
};

std::map<std::string, std::string> quick(const Domains&) {
  return {{"starts", "4"}};
}

MethodOption share(const char* name, const char* fallback, const char* help) {
  return {.name = name, .fallback = fallback, .help = help, .type = OptionType::Real, .low = 0, .high = 1};
}

RNB_REGISTER(MethodSpec, .name = "ado",
             .summary = "domains whose training loss falls fastest, by scaling laws fitted on the way",
             .source = "Adaptive Data Optimization, arXiv:2410.11820",
             .options = {{.name = "variant",
                          .fallback = "code",
                          .help = "the history follows what was drawn (code) or the weights (paper)",
                          .choices = {"code", "paper"}},
                         {.name = "prior",
                          .fallback = "tokens",
                          .help = "mu: natural in tokens or examples, or uniform",
                          .choices = {"tokens", "examples", "stratified"}},
                         every_option("fits"),
                         share("ignore", "0.02", "first share of the run that fits leave out"),
                         {.name = "starts",
                          .fallback = "64",
                          .help = "best points of a grid of 512 that a fit starts from; the authors': 512",
                          .type = OptionType::Whole,
                          .low = 1,
                          .high = 512},
                         {.name = "lowest_e",
                          .fallback = "-6",
                          .help = "bound on the log of the irreducible loss; the authors': 0.5",
                          .type = OptionType::Real},
                         share("history", "0.9", "memory of h"),
                         {.name = "credit",
                          .fallback = "0.5",
                          .help = "exponent of h",
                          .type = OptionType::Real,
                          .low = 0},
                         share("mix", "0.1", "share of rho in the weights"),
                         share("min_p", "0.01", "floor of rho"),
                         {.name = "alpha_floor",
                          .fallback = "0.05",
                          .help = "least exponent of a law when read",
                          .type = OptionType::Real,
                          .above = 0}},
             .traits = {.not_uniform_on_zero_signal = "follows the domains' sizes unless prior=stratified"},
             .make = make_one<Ado>, .example = quick);

}  // namespace
}  // namespace rnb
