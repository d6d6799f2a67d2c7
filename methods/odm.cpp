// Online Data Mixing (arXiv:2312.02406): domains are the arms of an adversarial bandit, a domain's training
// loss is its reward, so that what is badly learnt is drawn more. A turn t is one step, m the drawable
// domains, eps_t = min(1/m, sqrt(ln m / (m t))): exactly uniform until t > m ln m.
//
//   paper           R_i <- alpha R_i + (1 - alpha) L_i / pi_i
//                   pi = (1 - m eps_t) softmax(eps_{t-1} R) + eps_t
//   repo_smoothed   R_i <- alpha R_i + (1 - alpha) exp(L_i)
//                   pi = (1 - m eps_t) R / sum R + eps_t
//   repo_exp3       R_i <- R_i + reward_scale L_i / pi_i, pi as in the paper
//
// The second and third are the authors' code (alon-albalak/online-data-mixing), which sets the policy of the
// next step with this step's eps. Different here: all domains of a step are rewarded (there one domain
// per micro-batch), the warm-up's losses count, and its weights are uniform unless initial=natural (there the
// Pile's).

#include <algorithm>
#include <cmath>

#include "methods/core/fixed_mixer.h"
#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/math/simplex.h"
#include "methods/math/static_mixtures.h"

namespace rnb {
namespace {

enum class Variant { Paper, RepoSmoothed, RepoExp3 };

class Odm : public Mixer {
 public:
  explicit Odm(const MethodOptions& o)
      : variant_(o.choice<Variant>("variant", {{"paper", Variant::Paper},
                                               {"repo_smoothed", Variant::RepoSmoothed},
                                               {"repo_exp3", Variant::RepoExp3}})),
        alpha_(o.number("alpha")),
        reward_scale_(o.number("reward_scale")),
        warmup_(o.number("warmup")),
        initial_tau_(o.text("initial") == "natural" ? 1.0 : 0.0) {}

  Needs needs() const override { return {.batch_losses = true}; }

  Decision init(const Domains& domains, Services&) override {
    drawable_ = drawable(domains);
    arms_ = static_cast<double>(std::count(drawable_.begin(), drawable_.end(), true));
    warmup_steps_ = static_cast<int64_t>(warmup_ * static_cast<double>(domains.total_steps));
    reward_.assign(domains.size(), 0.0);
    p_ = temperature_mixture(as_doubles(domains.train_examples), initial_tau_);
    return {.sampling = p_};
  }

  Decision on_step(const StepView& view, Services&) override {
    if (!usable(view.loss, view.tokens)) return refused("a training loss");
    std::vector<double> reward = reward_;
    for (size_t i = 0; i < reward.size(); ++i)
      if (view.tokens[i] > 0) reward[i] = rewarded(reward[i], view.loss[i], p_[i]);
    if (!all_finite(reward)) return refused("a reward");
    reward_ = reward;
    Decision decision{.record = {{"R", reward_}, {"eps", exploration(view.step)}}};
    if (view.step >= warmup_steps_)
      decision.sampling = p_ = policy(view.step + (variant_ == Variant::Paper ? 1 : 0));
    return decision;
  }

  nlohmann::json save() const override { return {{"reward", reward_}, {"p", p_}}; }
  void load(const nlohmann::json& saved) override {
    saved.at("reward").get_to(reward_);
    saved.at("p").get_to(p_);
  }

 private:
  double exploration(int64_t t) const {
    if (t < 1) return 1 / arms_;
    return std::min(1 / arms_, std::sqrt(std::log(arms_) / (arms_ * static_cast<double>(t))));
  }

  double rewarded(double old, double loss, double p) const {
    if (variant_ == Variant::RepoExp3) return old + reward_scale_ * loss / p;
    return alpha_ * old + (1 - alpha_) * (variant_ == Variant::Paper ? loss / p : std::exp(loss));
  }

  Weights policy(int64_t t) const {
    const double floor = exploration(t), temperature = exploration(t - 1);
    Weights shares;
    if (variant_ == Variant::RepoSmoothed) {
      const bool any = std::any_of(reward_.begin(), reward_.end(), [](double r) { return r > 0; });
      shares = any ? normalised(reward_) : uniform_where(drawable_);
    } else {
      std::vector<double> logits = reward_;
      for (double& x : logits) x *= temperature;
      shares = softmax_where(logits, drawable_);
    }
    for (size_t i = 0; i < shares.size(); ++i)
      if (drawable_[i]) shares[i] = (1 - arms_ * floor) * shares[i] + floor;
    return shares;
  }

  Variant variant_;
  double alpha_, reward_scale_, warmup_, initial_tau_;
  double arms_ = 1;
  int64_t warmup_steps_ = 0;
  std::vector<bool> drawable_;
  std::vector<double> reward_;
  Weights p_;
};

RNB_REGISTER(MethodSpec, .name = "odm", .summary = "bandit: domains with a high training loss are drawn more",
             .source = "Online Data Mixing, arXiv:2312.02406 Algorithm 1",
             .options = {{.name = "variant",
                          .fallback = "paper",
                          .help = "the paper's rule, or one of the authors' code",
                          .choices = {"paper", "repo_smoothed", "repo_exp3"}},
                         {.name = "alpha",
                          .fallback = "0.9",
                          .help = "memory of the moving average of rewards",
                          .type = OptionType::Real,
                          .low = 0,
                          .below = 1},
                         {.name = "reward_scale",
                          .fallback = "0.1",
                          .help = "variant=repo_exp3: factor of a reward",
                          .type = OptionType::Real,
                          .above = 0},
                         {.name = "warmup",
                          .fallback = "0.02",
                          .help = "share of the run on the initial weights",
                          .type = OptionType::Real,
                          .low = 0,
                          .high = 1},
                         {.name = "initial",
                          .fallback = "stratified",
                          .help = "weights of the warm-up",
                          .choices = {"stratified", "natural"}}},
             .make = make_one<Odm>);

}  // namespace
}  // namespace rnb
