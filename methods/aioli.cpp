// Aioli (arXiv:2411.05735, Algorithms 1 and 2): at the start of every round some of its steps are probes,
// which are kept: real training on mixtures that each favour one domain. From the losses between them the
// matrix A of a linear mixing law is estimated (methods/math/mixing_law.h), and with s_j = sum_i A_ij of the
// normalised A
//   p <- normalise(p exp(eta s))            as in the paper; round 1 from uniform
//   p <- softmax(eta colsum(moving average of A))     with ema=b, as in all of the authors' scripts; not
//   cumulative
//
// Different here: a domain without training examples is left out of the probes, one without validation
// examples has no row in A; lp_steps=0 gives the probes 12.8 % of a round (the authors' two-group script); a
// round whose steps do not hold the probes keeps p. Run with sampler = quota_batch to draw the probes'
// batches as the authors do.

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "methods/core/probe_weights.h"
#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/math/mixing_law.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

constexpr double kProbeShare = 0.128;

class Aioli : public Mixer {
 public:
  explicit Aioli(const MethodOptions& o)
      : eta_(o.number("eta")),
        f_(o.number("one_hot_factor")),
        sweeps_(o.integer("lp_rounds")),
        probe_steps_(o.integer("lp_steps")),
        rounds_(o.integer("rounds")),
        with_ema_(!o.text("ema").empty()),
        ema_(with_ema_ ? o.number("ema") : 0.0) {}

  Needs needs() const override {
    return {.round_steps = round_steps_,
            .round_evaluations = 1 + sweeps_ * static_cast<int64_t>(who_.size())};
  }

  Decision init(const Domains& domains, Services& services) override {
    seed_ = domains.seed;
    drawable_ = drawable(domains);
    who_.clear();
    for (size_t i = 0; i < domains.size(); ++i)
      if (drawable_[i]) who_.push_back(i);
    const auto k = static_cast<int64_t>(who_.size());
    if (k > 1 && f_ <= 1.0 / static_cast<double>(k) + 0.1)
      fail_usage("aioli", "one_hot_factor={}; expected more than 1/m + 0.1 = {:.3g} for {} domains", f_,
                 1.0 / static_cast<double>(k) + 0.1, k);
    round_steps_ = std::max<int64_t>(1, domains.total_steps / rounds_);
    if (probe_steps_ == 0)
      probe_steps_ =
          std::max<int64_t>(1, static_cast<int64_t>(kProbeShare * static_cast<double>(round_steps_) /
                                                    static_cast<double>(k * sweeps_)));
    p_ = uniform_where(drawable_);
    if (k > 1 && probe_total() >= round_steps_) {
      Warning warning{"probes_do_not_fit",
                      fmt::format("a round of {} steps does not hold {} probes of {} steps: the weights stay "
                                  "uniform; set fewer rounds, or lp_rounds and lp_steps that fit",
                                  round_steps_, k * sweeps_, probe_steps_)};
      probe_steps_ = domains.total_steps;  // nor in a later round
      return {.sampling = p_, .warnings = {std::move(warning)}};
    }
    Decision decision = learn(0, domains.total_steps, services);
    if (!decision.sampling) decision.sampling = p_;
    return decision;
  }

  Decision on_round(const RoundView& round, Services& services) override {
    return learn(round.round, round.steps_left, services);
  }

  nlohmann::json save() const override { return {{"p", p_}, {"average", average_}}; }
  void load(const nlohmann::json& saved) override {
    saved.at("p").get_to(p_);
    saved.at("average").get_to(average_);
  }

 private:
  int64_t probe_total() const { return static_cast<int64_t>(who_.size()) * sweeps_ * probe_steps_; }

  Decision learn(int64_t round, int64_t steps_left, Services& services) {
    const size_t k = who_.size();
    if (k < 2 || probe_total() >= steps_left) return {};  // one domain; or the end of the run
    std::vector<size_t> order;
    for (int64_t s = 0; s < sweeps_; ++s)
      for (const int64_t j :
           permutation(static_cast<int64_t>(k),
                       Rng(seed_, "aioli", static_cast<uint64_t>(round), static_cast<uint64_t>(s))))
        order.push_back(static_cast<size_t>(j));
    const Matrix w = probe_mixtures(k, f_);
    const std::vector<double> before = known(services.evaluate());
    if (before.empty()) return {};
    bool finite = all_finite(before);
    Matrix after;
    for (const size_t j : order) {
      Weights mixture(drawable_.size());
      for (size_t c = 0; c < k; ++c) mixture[who_[c]] = w[j][c];
      after.push_back(known(services.train_probe(mixture, probe_steps_, Keep::Yes)));
      finite = finite && all_finite(after.back());
    }
    if (!finite) return refused("a probe's loss");
    const Matrix a = normalised_law(solve_law(w, loss_drops(order, before, after, k, sweeps_)));
    if (average_.empty()) average_ = a;
    for (size_t i = 0; i < a.size(); ++i)
      for (size_t j = 0; j < k; ++j) average_[i][j] = (1 - ema_) * a[i][j] + ema_ * average_[i][j];
    const auto s = column_sums(with_ema_ ? average_ : a);
    std::vector<double> step(drawable_.size());
    for (size_t c = 0; c < k; ++c) step[who_[c]] = eta_ * s[c];
    p_ = multiplied(with_ema_ ? uniform_where(drawable_) : p_, step, drawable_);
    return {.sampling = p_, .record = {{"A", a}, {"order", order}}};
  }

  // The losses of the domains that are evaluated: others ask for nothing and have no row in A.
  static std::vector<double> known(const DomainLosses& losses) {
    std::vector<double> out;
    for (size_t i = 0; i < losses.loss.size(); ++i)
      if (losses.tokens[i] > 0) out.push_back(losses.loss[i]);
    return out;
  }

  double eta_, f_;
  int64_t sweeps_, probe_steps_, rounds_, round_steps_ = 0;
  bool with_ema_;
  double ema_;
  uint64_t seed_ = 0;
  std::vector<bool> drawable_;
  std::vector<size_t> who_;
  Weights p_;
  Matrix average_;
};

RNB_REGISTER(
    MethodSpec, .name = "aioli",
    .summary = "a linear mixing law, estimated each round from probes that are real training",
    .source = "Aioli, arXiv:2411.05735 Algorithms 1 and 2",
    .options =
        {{.name = "eta", .fallback = "0.2", .help = "step size", .type = OptionType::Real},
         {.name = "ema",
          .help = "memory of the moving average of A; empty: cumulative weights, as in the paper",
          .type = OptionType::Real,
          .low = 0,
          .below = 1},
         {.name = "one_hot_factor",
          .fallback = "0.75",
          .help = "share of a probe's own domain",
          .type = OptionType::Real,
          .above = 0.1,
          .high = 1},
         {.name = "lp_rounds",
          .fallback = "1",
          .help = "sweeps over the domains in a round's probes",
          .type = OptionType::Whole,
          .low = 1},
         {.name = "lp_steps",
          .fallback = "0",
          .help = "steps of one probe; 0: 12.8 % of a round in all",
          .type = OptionType::Whole,
          .low = 0},
         {.name = "rounds", .fallback = "5", .help = "rounds in a run", .type = OptionType::Whole, .low = 1}},
    .traits = {.not_permutation_equivariant = "probes its domains in a seeded random order"},
    .make = make_one<Aioli>);

}  // namespace
}  // namespace rnb
