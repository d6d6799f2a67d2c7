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
#include "methods/core/json_numbers.h"
#include "methods/core/layer_choice.h"
#include "methods/core/probe_weights.h"
#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

class Dga : public Mixer {
 public:
  explicit Dga(const MethodOptions& o)
      : eta_(o.number("eta")),
        beta_(o.number("beta")),
        clip_(o.number("clip")),
        ema_(o.text("ema")),
        layers_(o.text("layers")),
        basis_file_(o.text("basis")),
        every_(o.integer("every")),
        examples_(o.integer("examples")) {
    parse_layer_choice(layers_, AllLayers::Allowed, "dga", "layers");
    if (eta_ < 0) fail_usage("dga", "eta={}; expected a value >= 0", eta_);
    if (clip_ < 0 || examples_ < 0) fail_usage("dga", "clip and examples must not be negative");
    if (beta_ <= 0 || beta_ > 1) fail_usage("dga", "beta={}; expected a value in (0, 1]", beta_);
  }

  Needs needs() const override {
    Needs needs;
    needs.round_steps = every_;
    needs.round_probe_examples = static_cast<int64_t>(alpha_.size() + 1) * examples_;
    return needs;
  }

  Decision init(const Domains& domains, Services&) override {
    every_ = update_period("dga", every_, domains);
    if (examples_ == 0) examples_ = domains.batch;
    evaluation_ = domains.evaluation;
    drawable_ = drawable(domains);
    if (!basis_file_.empty()) read_basis(domains);
    allowed_ = basis_.empty() ? drawable_ : std::vector<bool>(basis_.size(), true);
    alpha_ = average_ = uniform_where(allowed_);
    Decision decision;
    decision.sampling = mixture(alpha_);
    return decision;
  }

  Decision on_round(const RoundView& round, Services& services) override {
    if (round.steps_left == 0) return {};  // nothing would use it
    GradientProbeSpec spec;
    spec.examples = examples_;
    spec.layers = layers_;
    spec.sources = basis_;
    spec.targets = {evaluation_};
    spec.source_pairs = false;
    const GradientProbe probe = services.gradient_probe(spec);
    const auto factor = clip_factors(probe, clip_);
    std::vector<double> alignment, step;
    for (size_t i = 0; i < probe.sources; ++i) {
      alignment.push_back(factor[i] * factor[probe.sources] * probe.dot(i, probe.sources));
      step.push_back(eta_ * alignment.back());
    }
    if (!all_finite(step)) return refused("a gradient's inner product");
    alpha_ = multiplied(ema_ == "fed_back" ? average_ : alpha_, step, allowed_);
    for (size_t i = 0; i < alpha_.size(); ++i) average_[i] = (1 - beta_) * average_[i] + beta_ * alpha_[i];
    Decision decision;
    decision.sampling = mixture(ema_ == "off" ? alpha_ : average_);
    decision.record = {{"alignment", alignment}, {"alpha", alpha_}, {"loss", exact(probe.loss)}};
    return decision;
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

  double eta_, beta_, clip_;
  std::string ema_, layers_, basis_file_;
  int64_t every_, examples_;
  Weights evaluation_, alpha_, average_;
  std::vector<Weights> basis_;
  std::vector<bool> drawable_, allowed_;
};

RNB_REGISTER_METHOD((MethodSpec{
    "dga",
    "domains whose gradients align with the evaluation mixture's gain weight",
    "Dynamic Gradient Alignment, arXiv:2410.02498 Algorithm 1 (sign as derived there)",
    {{"eta", "1.5", "step size, >= 0", {}},
     {"beta", "0.1", "share of the new weights in the moving average", {}},
     {"ema",
      "dynamic",
      "average of the multiplicative weights, fed back into them, or none",
      {"dynamic", "fed_back", "off"}},
     {"clip", "1", "largest norm of a gradient; 0: none", {}},
     {"layers", "all", "whose gradients: all, last, last:N or pattern:REGEX", {}},
     {"every", "0", "T_r, steps between updates; 0: a tenth of the run", {}},
     {"examples", "0", "of a probe batch; 0: the run's batch", {}},
     {"basis", "", "JSON list of mixtures to weigh in the place of domains", {}}},
    {},
    [](const MethodOptions& o) -> std::unique_ptr<Mixer> { return std::make_unique<Dga>(o); }}));

}  // namespace
}  // namespace rnb
