// Skill-It (arXiv:2307.14430): a graph A of how training on domain i helps domain j, learnt before the run,
// then at every round   p_i proportional to exp(eta sum_j A_ij sum of the last w evaluations of L_j),   not
// multiplied by the previous p; at the start exp(eta sum_j A_ij).
//
// The authors' code leaves out how the graph is learnt: methods/core/skills_graph.h has the two recipes that
// are in use. Here its probes are graph_fraction of the run long. targets=NAMES is the target mask: only
// those columns, and the window is averaged.

#include <algorithm>
#include <deque>
#include <sstream>

#include "base/error.h"
#include "base/suggest.h"
#include "methods/core/json_numbers.h"
#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/core/skills_graph.h"
#include "methods/core/update_period.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

class SkillIt : public Mixer {
 public:
  explicit SkillIt(const MethodOptions& o)
      : eta_(o.number("eta")),
        graph_fraction_(o.number("graph_fraction")),
        window_(static_cast<size_t>(o.integer("window"))),
        every_(o.integer("every")),
        evaluations_(o.integer("evaluations")),
        graph_(o.choice<GraphRecipe>("graph", {{"single", GraphRecipe::Single},
                                               {"single_raw", GraphRecipe::SingleRaw},
                                               {"pairwise", GraphRecipe::Pairwise}})),
        mean_(o.text("reduce") == "mean"),
        target_names_(o.text("targets")) {}

  Needs needs() const override {
    return {.round_steps = every_, .eval_every = std::max<int64_t>(1, every_ / evaluations_)};
  }

  Decision init(const Domains& domains, Services& services) override {
    every_ = update_period(every_, domains);
    drawable_ = drawable(domains);
    const size_t m = domains.size();
    target_.assign(m, target_names_.empty());
    std::istringstream names(target_names_);
    for (std::string name; std::getline(names, name, ',');) {
      const auto it = std::find(domains.names.begin(), domains.names.end(), name);
      if (it == domains.names.end())
        fail_usage("skillit", "targets={}; there is no domain '{}'{}", target_names_, name,
                   suggestion(name, domains.names));
      target_[static_cast<size_t>(it - domains.names.begin())] = true;
    }
    const auto steps = static_cast<int64_t>(graph_fraction_ * static_cast<double>(domains.total_steps));
    a_ = skills_graph(graph_, drawable_, std::max<int64_t>(1, steps), services);
    Decision decision{.record = {{"graph", a_}}};
    for (const auto& row : a_)
      if (!all_finite(row)) {
        decision = refused("a probe's loss");
        a_.assign(m, std::vector<double>(m));
        break;
      }
    decision.sampling = weights(std::vector<double>(m, 1.0));
    return decision;
  }

  Decision on_eval(const EvalView& eval, Services&) override {
    if (!usable(eval.loss, eval.tokens)) return refused("a validation loss");
    recent_.emplace_back(eval.loss.begin(), eval.loss.end());
    for (size_t j = 0; j < recent_.back().size(); ++j)
      if (eval.tokens[j] == 0) recent_.back()[j] = 0;
    if (recent_.size() > window_) recent_.pop_front();
    return {};
  }

  Decision on_round(const RoundView&, Services&) override {
    if (recent_.empty()) return {};
    std::vector<double> sum(drawable_.size());
    for (const auto& losses : recent_)
      for (size_t j = 0; j < sum.size(); ++j)
        sum[j] += losses[j] / (mean_ || !target_names_.empty() ? static_cast<double>(recent_.size()) : 1.0);
    return {.sampling = weights(sum)};
  }

  nlohmann::json save() const override { return {{"recent", recent_}}; }
  void load(const nlohmann::json& saved) override { saved.at("recent").get_to(recent_); }

 private:
  Weights weights(const std::vector<double>& loss) const {
    std::vector<double> logits(loss.size());
    for (size_t i = 0; i < loss.size(); ++i)
      for (size_t j = 0; j < loss.size(); ++j)
        if (target_[j]) logits[i] += eta_ * a_[i][j] * loss[j];
    return softmax_where(logits, drawable_);
  }

  double eta_, graph_fraction_;
  size_t window_;
  int64_t every_, evaluations_;
  GraphRecipe graph_;
  bool mean_;
  std::string target_names_;
  std::vector<bool> drawable_, target_;
  std::vector<std::vector<double>> a_;
  std::deque<std::vector<double>> recent_;
};

RNB_REGISTER(
    MethodSpec, .name = "skillit",
    .summary = "domains that help the domains with high losses, by a graph learnt beforehand",
    .source = "Skill-It, arXiv:2307.14430 Algorithm 1",
    .options = {{.name = "eta", .fallback = "0.2", .help = "sharpness", .type = OptionType::Real},
                {.name = "window",
                 .fallback = "3",
                 .help = "evaluations that count",
                 .type = OptionType::Whole,
                 .low = 1},
                {.name = "reduce", .fallback = "sum", .help = "of the window", .choices = {"sum", "mean"}},
                {.name = "graph",
                 .fallback = "single",
                 .help = "how the graph is learnt",
                 .choices = {"single", "single_raw", "pairwise"}},
                {.name = "graph_fraction",
                 .fallback = "0.1",
                 .help = "length of a graph probe as a share of the run (R&B's: 200 of 2,000 steps)",
                 .type = OptionType::Real,
                 .above = 0},
                every_option(),
                {.name = "evaluations",
                 .fallback = "1",
                 .help = "in the time between two updates",
                 .type = OptionType::Whole,
                 .low = 1},
                {.name = "targets", .help = "names of target domains, with commas; empty: all"}},
    .make = make_one<SkillIt>);

}  // namespace
}  // namespace rnb
