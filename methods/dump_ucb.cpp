// DUMP (arXiv:2504.09710): domains are arms with the upper confidence bound
//   u_i = mean of the last `window` |signals| + sqrt(2 ln(N + 1) / (n_i + 1)),   p = softmax(u / tau),
// n_i examples drawn of domain i, N of all. Written from memory of the paper.
//
// There the signal is the advantage of a group of answers, in reinforcement learning. Here one signal a step
// in which the domain was drawn, from its mean training loss in the batch: signal=change, the difference to
// the step before that had the domain; signal=advantage, the difference to the mean of its last `window`
// losses.

#include <cmath>
#include <deque>
#include <numeric>

#include "base/error.h"
#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

using Window = std::deque<double>;

double mean(const Window& values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

class DumpUcb : public Mixer {
 public:
  explicit DumpUcb(const MethodOptions& o)
      : advantage_(o.text("signal") == "advantage"), tau_(o.number("tau")), window_(o.integer("window")) {
    if (tau_ <= 0) fail_usage("dump_ucb", "tau={}; expected a value > 0", tau_);
    if (window_ < 1) fail_usage("dump_ucb", "window={}; expected at least 1", window_);
  }

  Needs needs() const override {
    Needs needs;
    needs.batch_losses = true;
    return needs;
  }

  Decision init(const Domains& domains, Services&) override {
    drawable_ = drawable(domains);
    drawn_.assign(domains.size(), 0);
    losses_.assign(domains.size(), {});
    signals_ = losses_;
    Decision decision;
    decision.sampling = uniform_where(drawable_);
    return decision;
  }

  Decision on_step(const StepView& view, Services&) override {
    if (!usable(view.loss, view.tokens)) return refused("a training loss");
    std::vector<double> means, bounds, logits;
    for (size_t i = 0; i < drawn_.size(); ++i) {
      drawn_[i] += view.examples[i];
      if (view.tokens[i] > 0) observe(i, view.loss[i]);
      means.push_back(mean(signals_[i]));
    }
    const auto all = static_cast<double>(std::accumulate(drawn_.begin(), drawn_.end(), int64_t{0}));
    for (size_t i = 0; i < drawn_.size(); ++i) {
      bounds.push_back(means[i] + std::sqrt(2 * std::log(all + 1) / (static_cast<double>(drawn_[i]) + 1)));
      logits.push_back(bounds[i] / tau_);
    }
    if (!all_finite(logits)) return refused("a confidence bound");
    Decision decision;
    decision.sampling = softmax_where(logits, drawable_);
    decision.record = {{"mean", means}, {"ucb", bounds}};
    return decision;
  }

  nlohmann::json save() const override {
    return {{"drawn", drawn_}, {"losses", losses_}, {"signals", signals_}};
  }
  void load(const nlohmann::json& saved) override {
    saved.at("drawn").get_to(drawn_);
    saved.at("losses").get_to(losses_);
    saved.at("signals").get_to(signals_);
  }

 private:
  void observe(size_t i, double loss) {
    Window& before = losses_[i];
    if (!before.empty()) signals_[i].push_back(std::abs(loss - mean(before)));
    before.push_back(loss);
    const auto limit = static_cast<size_t>(window_);
    while (before.size() > (advantage_ ? limit : 1)) before.pop_front();
    if (signals_[i].size() > limit) signals_[i].pop_front();
  }

  bool advantage_;
  double tau_;
  int64_t window_;
  std::vector<bool> drawable_;
  std::vector<int64_t> drawn_;            // [m] examples
  std::vector<Window> losses_, signals_;  // [m]
};

RNB_REGISTER_METHOD((MethodSpec{
    "dump_ucb",
    "bandit: domains whose training loss still moves, or that were drawn little",
    "DUMP, arXiv:2504.09710 (recalled); the signal is ours",
    {{"signal",
      "change",
      "what a loss is compared with: its last value or its mean",
      {"change", "advantage"}},
     {"tau", "0.1", "temperature, > 0", {}},
     {"window", "300", "signals of a domain that count", {}}},
    {"", "prefers domains that were drawn less, whatever the signal"},
    [](const MethodOptions& o) -> std::unique_ptr<Mixer> { return std::make_unique<DumpUcb>(o); }}));

}  // namespace
}  // namespace rnb
