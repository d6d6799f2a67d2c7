// Dynamic batch loading of Sheared LLaMA (arXiv:2310.06694): at each evaluation
//   p <- softmax(log p + eta (L - L_reference)),
// L the validation losses. The paper clips the differences at 0; its code does not (LLM-Shearing, issue 42),
// and then mixes in smoothing / m.
//
// There the reference losses come from a scaling law over larger models; here from a file, or from a run of
// the same model and length on uniform weights. A domain without validation examples (or tokens to predict in
// them) counts as the mean of the others' differences.

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "methods/core/domain_file.h"
#include "methods/core/fixed_mixer.h"
#include "methods/core/json_numbers.h"
#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/core/update_period.h"
#include "methods/math/simplex.h"
#include "methods/math/static_mixtures.h"

namespace rnb {
namespace {

class ShearedLlama : public Mixer {
 public:
  explicit ShearedLlama(const MethodOptions& o)
      : file_(o.text("reference")),
        clip_(o.text("variant") == "paper"),
        eta_(o.number("eta")),
        smoothing_(clip_ ? 0 : o.number("smoothing")),
        initial_tau_(o.text("initial") == "natural" ? 1.0 : 0.0),
        every_(o.integer("every")) {}

  Needs needs() const override { return {.eval_every = every_, .shared_domains = true}; }

  Decision init(const Domains& domains, Services& services) override {
    every_ = update_period(every_, domains);
    drawable_ = drawable(domains);
    std::vector<int64_t> evaluated = domains.valid_examples;  // 0: needs no reference
    if (file_.empty()) {
      DomainLosses trained = trained_reference(services);
      reference_ = std::move(trained.loss);
      evaluated =
          std::move(trained.tokens);  // none, too, where the subset of the evaluations has none of a domain
    } else {
      reference_ = numbers_by_domain("sheared_llama", file_, domains);
    }
    for (size_t i = 0; i < reference_.size(); ++i)
      if (evaluated[i] > 0 && !std::isfinite(reference_[i]))
        fail("sheared_llama", "{} has no finite reference loss for domain '{}'",
             file_.empty() ? "the reference run" : file_, domains.names[i]);
    p_ = temperature_mixture(as_doubles(domains.train_examples), initial_tau_);
    return {.sampling = p_, .record = {{"reference", exact(reference_)}}};
  }

  Decision on_eval(const EvalView& eval, Services&) override {
    if (!usable(eval.loss, eval.tokens)) return refused("a validation loss");
    std::vector<double> difference(p_.size());
    for (size_t i = 0; i < p_.size(); ++i) {
      difference[i] = eval.loss[i] - reference_[i];
      if (clip_) difference[i] = std::max(difference[i], 0.0);
    }
    difference = with_mean_where_absent(difference, eval.tokens);
    auto logits = log_weights(p_);
    for (size_t i = 0; i < p_.size(); ++i) logits[i] += eta_ * difference[i];
    if (!all_finite(logits)) return refused("a logit");
    const Weights moved = softmax_where(logits, drawable_), uniform = uniform_where(drawable_);
    for (size_t i = 0; i < p_.size(); ++i) p_[i] = (1 - smoothing_) * moved[i] + smoothing_ * uniform[i];
    return {.sampling = p_, .record = {{"difference", difference}}};
  }

  nlohmann::json save() const override { return {{"p", p_}}; }
  void load(const nlohmann::json& saved) override { saved.at("p").get_to(p_); }

 private:
  static DomainLosses trained_reference(Services& services) {
    return services.train_proxy({.name = "reference", .reference = true, .losses = true}).losses;
  }

  std::string file_;
  bool clip_;
  double eta_, smoothing_, initial_tau_;
  int64_t every_;
  std::vector<bool> drawable_;
  std::vector<double> reference_;
  Weights p_;
};

RNB_REGISTER(
    MethodSpec, .name = "sheared_llama",
    .summary = "dynamic batch loading: domains furthest above their reference loss gain weight",
    .source = "Sheared LLaMA, arXiv:2310.06694 Algorithm 1",
    .options = {{.name = "variant",
                 .fallback = "paper",
                 .help = "clip differences at 0 (paper), or smooth p instead (code)",
                 .choices = {"paper", "code"}},
                {.name = "reference",
                 .help = "JSON: {\"domain\": loss, ...}; empty: of a run on uniform weights"},
                {.name = "eta", .fallback = "1", .help = "step size", .type = OptionType::Real, .above = 0},
                {.name = "smoothing",
                 .fallback = "0.0001",
                 .help = "variant=code: share of the uniform mixture in every p",
                 .type = OptionType::Real,
                 .low = 0,
                 .high = 1},
                {.name = "initial",
                 .fallback = "stratified",
                 .help = "first weights",
                 .choices = {"stratified", "natural"}},
                every_option()},
    .make = make_one<ShearedLlama>);

}  // namespace
}  // namespace rnb
