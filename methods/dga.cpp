// Dynamic gradient alignment (arXiv:2410.02498): every T_r steps, on the model as it is,
//   a_i = <grad of a fresh batch of domain i, grad of a batch of the target>,   alpha <- alpha exp(+eta a)
// with sampling from a moving average. The target is the evaluation mixture. The paper's Algorithm 1 prints
// exp(-eta a), against its own derivation; the first author's later code (GRAPE) raises aligned domains, as
// here.
//
// Unsettled in the source, hence options: whether the average feeds back into the multiplicative step
// (ema=fed_back) or follows it (ema=dynamic, the default), and clipping (gradients to norm 1, as in GRAPE; 0:
// none). basis=FILE is the distribution reweighting: weights over N fixed mixtures instead of over domains.

#include <cmath>

#include "base/error.h"
#include "base/json_file.h"
#include "methods/core/gradient_rounds.h"
#include "methods/core/json_numbers.h"
#include "methods/core/probe_weights.h"
#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

enum class Average { Dynamic, FedBack, Off };

class Dga : public Mixer {
 public:
  explicit Dga(const MethodOptions& o)
      : eta_(o.number("eta")),
        beta_(o.number("beta")),
        ema_(o.choice<Average>(
            "ema", {{"dynamic", Average::Dynamic}, {"fed_back", Average::FedBack}, {"off", Average::Off}})),
        basis_file_(o.text("basis")),
        rounds_(o) {}

  Needs needs() const override { return rounds_.needs(alpha_.size() + 1); }

  Decision init(const Domains& domains, Services&) override {
    rounds_.start(domains);
    evaluation_ = domains.evaluation;
    drawable_ = drawable(domains);
    if (!basis_file_.empty()) read_basis(domains);
    allowed_ = basis_.empty() ? drawable_ : std::vector<bool>(basis_.size(), true);
    alpha_ = average_ = uniform_where(allowed_);
    return {.sampling = mixture(alpha_)};
  }

  Decision on_round(const RoundView& round, Services& services) override {
    if (round.steps_left == 0) return {};  // nothing would use it
    const ClippedProbe g = rounds_.ask(services, basis_, {evaluation_});
    std::vector<double> alignment, step;
    for (size_t i = 0; i < g.probe.sources; ++i) {
      alignment.push_back(g.dot(i, g.probe.sources));
      step.push_back(eta_ * alignment.back());
    }
    if (!all_finite(step)) return refused("a gradient's inner product");
    alpha_ = multiplied(ema_ == Average::FedBack ? average_ : alpha_, step, allowed_);
    for (size_t i = 0; i < alpha_.size(); ++i) average_[i] = (1 - beta_) * average_[i] + beta_ * alpha_[i];
    return {.sampling = mixture(ema_ == Average::Off ? alpha_ : average_),
            .record = {{"alignment", alignment}, {"alpha", alpha_}, {"loss", exact(g.probe.loss)}}};
  }

  nlohmann::json save() const override { return {{"alpha", alpha_}, {"average", average_}}; }
  void load(const nlohmann::json& saved) override {
    saved.at("alpha").get_to(alpha_);
    saved.at("average").get_to(average_);
  }

 private:
  void read_basis(const Domains& domains) {
    try {
      basis_ = read_json_file(basis_file_).get<std::vector<Weights>>();
    } catch (const nlohmann::json::exception&) {
      fail("dga", "{}: expected a list of mixtures, each a list of {} numbers", basis_file_, domains.size());
    }
    if (basis_.empty()) fail("dga", "{}: holds no mixture", basis_file_);
    for (const Weights& w : basis_) {
      check_weights(w, domains.size(), "dga: a mixture of " + basis_file_);
      double reachable = 0;
      for (size_t i = 0; i < w.size(); ++i) reachable += drawable_[i] ? w[i] : 0.0;
      if (reachable <= 0)
        fail("dga", "{}: a mixture has weight only on domains without training examples", basis_file_);
    }
  }

  Weights mixture(const Weights& w) const {
    if (basis_.empty()) return normalised(w);
    Weights out(drawable_.size());
    for (size_t n = 0; n < w.size(); ++n)
      for (size_t i = 0; i < out.size(); ++i) out[i] += drawable_[i] ? w[n] * basis_[n][i] : 0.0;
    return normalised(out);
  }

  double eta_, beta_;
  Average ema_;
  std::string basis_file_;
  GradientRounds rounds_;
  Weights evaluation_, alpha_, average_;
  std::vector<Weights> basis_;
  std::vector<bool> drawable_, allowed_;
};

RNB_REGISTER(MethodSpec, .name = "dga",
             .summary = "domains whose gradients align with the evaluation mixture's gain weight",
             .source = "Dynamic Gradient Alignment, arXiv:2410.02498 Algorithm 1 (sign as derived there)",
             .options = with_gradient_round_options(
                 {{.name = "eta", .fallback = "1.5", .help = "step size", .type = OptionType::Real, .low = 0},
                  {.name = "beta",
                   .fallback = "0.1",
                   .help = "share of the new weights in the moving average",
                   .type = OptionType::Real,
                   .above = 0,
                   .high = 1},
                  {.name = "ema",
                   .fallback = "dynamic",
                   .help = "average of the multiplicative weights, fed back into them, or none",
                   .choices = {"dynamic", "fed_back", "off"}},
                  {.name = "basis", .help = "JSON list of mixtures to weigh in the place of domains"}}),
             .make = make_one<Dga>);

}  // namespace
}  // namespace rnb
