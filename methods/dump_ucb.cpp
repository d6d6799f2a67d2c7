// DUMP (arXiv:2504.09710): domains are arms with the upper confidence bound
//   u_i = mean of the last `window` |signals| + sqrt(2 ln(N + 1) / (n_i + 1)),   p = softmax(u / tau),
// n_i examples drawn of domain i, N of all. Written from memory of the paper.
//
// There the signal is the advantage of a group of answers, in reinforcement learning. Here one signal per
// step in which the domain was drawn, from its mean training loss in the batch: signal=change, the difference
// to the step before that had the domain; signal=advantage, the difference to the mean of its last `window`
// losses.

#include <cmath>
#include <deque>
#include <numeric>

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
      : advantage_(o.text("signal") == "advantage"), tau_(o.number("tau")), window_(o.integer("window")) {}

  Needs needs() const override { return {.batch_losses = true}; }

  Decision init(const Domains& domains, Services&) override {
    drawable_ = drawable(domains);
    drawn_.assign(domains.size(), 0);
    losses_.assign(domains.size(), {});
    signals_ = losses_;
    return {.sampling = uniform_where(drawable_)};
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
    return {.sampling = softmax_where(logits, drawable_), .record = {{"mean", means}, {"ucb", bounds}}};
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

RNB_REGISTER(
    MethodSpec, .name = "dump_ucb",
    .summary = "bandit: domains whose training loss still moves, or that were drawn little",
    .source = "DUMP, arXiv:2504.09710 (recalled); the signal is ours",
    .options = {{.name = "signal",
                 .fallback = "change",
                 .help = "what a loss is compared with: its last value or its mean",
                 .choices = {"change", "advantage"}},
                {.name = "tau",
                 .fallback = "0.1",
                 .help = "temperature of the softmax",
                 .type = OptionType::Real,
                 .above = 0},
                {.name = "window",
                 .fallback = "300",
                 .help = "signals of a domain that count",
                 .type = OptionType::Whole,
                 .low = 1}},
    .traits = {.not_uniform_on_zero_signal = "prefers domains that were drawn less, whatever the signal"},
    .make = make_one<DumpUcb>);

}  // namespace
}  // namespace rnb
