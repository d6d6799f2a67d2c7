#include "harness/trainer/gradient_probe.h"

#include <limits>
#include <vector>

#include "harness/trainer/fresh_batch.h"
#include "harness/trainer/gradient_vectors.h"
#include "harness/trainer/tracked_layers.h"

namespace rnb {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The probe's batches: one per source, then one per target.
class ProbeBatches {
 public:
  ProbeBatches(const Run& run, const GradientProbeSpec& spec)
      : run_(run), spec_(spec), sources_(spec.sources) {
    if (!sources_.empty()) return;
    for (size_t i = 0; i < run.domains(); ++i) {
      sources_.emplace_back(run.domains(), 0.0);
      sources_.back()[i] = 1;
    }
  }
  size_t sources() const { return sources_.size(); }
  size_t size() const { return sources_.size() + spec_.targets.size(); }
  Batch make(size_t k) const {
    if (k < sources()) return fresh_batch(run_, run_.data.pools, sources_[k], spec_.examples, "probe", k);
    return fresh_batch(run_, run_.data.valid_pools, spec_.targets[k - sources()], spec_.examples,
                       "probe_target", k - sources());
  }

 private:
  const Run& run_;
  const GradientProbeSpec& spec_;
  std::vector<Weights> sources_;
};

// Of linear layers: their own sums as R&B's, a source or target in the place of a domain.
void probe_linear_layers(Run& run, const LayerChoice& layers, const ProbeBatches& batches,
                         GradientProbe& out) {
  Task& task = run.task();
  DomainGradients sums(tracked_layers(layers, task.linear_names(), task.last_layers()), batches.size(), 1,
                       false, run.ledger);
  task.track(&sums);
  for (size_t k = 0; k < batches.size(); ++k) {
    Batch b = batches.make(k);
    out.loss.push_back(kNaN);
    if (b.tokens == 0) continue;
    const auto id = static_cast<int64_t>(k);
    sums.begin_microbatch({{id, b.ids.size(0), 1.0}}, 1.0);
    b.head_domains = {{id, b.tokens}};
    const Task::Encoded encoded = task.encode(b);
    const auto weight =
        torch::full({b.tokens}, 1.0 / static_cast<double>(b.tokens), encoded.front().options());
    const HeadOutput head = task.loss(encoded, b, weight.detach(), &sums);
    head.loss.backward();
    sums.end_step();
    out.loss.back() = head.loss.item<double>();
  }
  task.track(nullptr);
  run.state.learner.optimiser->zero_grad();
  out.gram = sums.gram().dot;
}

// Of all parameters. Targets are held, and sources too where their own products are asked for; else one
// source at a time.
void probe_all_parameters(Run& run, bool source_pairs, const ProbeBatches& batches, GradientProbe& out) {
  const size_t n = batches.size();
  GradientVectors vectors(run.task());
  out.gram.assign(n * n, source_pairs ? 0.0 : kNaN);
  out.loss.assign(n, kNaN);
  std::vector<torch::Tensor> held(n);
  const auto fill = [&](size_t a, const torch::Tensor& gradient) {
    for (size_t b = 0; b < n; ++b) {
      if (b != a && !held[b].defined()) {
        if (b >= out.sources || a >= out.sources || !gradient.defined())
          out.gram[a * n + b] = out.gram[b * n + a] = 0;
        continue;
      }
      const auto& other = b == a ? gradient : held[b];
      out.gram[a * n + b] = out.gram[b * n + a] =
          gradient.defined() ? dot_product(gradient, other, run.ledger) : 0.0;
    }
  };
  std::vector<size_t> order;
  for (size_t k = out.sources; k < n; ++k) order.push_back(k);
  for (size_t k = 0; k < out.sources; ++k) order.push_back(k);
  for (const size_t k : order) {
    const auto result = vectors.of(batches.make(k));
    out.loss[k] = result.loss;
    fill(k, result.gradient);
    if (k >= out.sources || source_pairs) held[k] = result.gradient;
  }
}

}  // namespace

GradientProbe serve_gradient_probe(Run& run, const GradientProbeSpec& spec) {
  const PhaseScope scope(run.ledger, Phase::Signal);
  const LayerChoice layers =
      parse_layer_choice(spec.layers, AllLayers::Allowed, run.experiment.method, "layers");
  const ProbeBatches batches(run, spec);
  GradientProbe out;
  out.sources = batches.sources();
  out.targets = spec.targets.size();
  if (layers.kind == LayerChoice::Kind::All)
    probe_all_parameters(run, spec.source_pairs, batches, out);
  else
    probe_linear_layers(run, layers, batches, out);
  return out;
}

}  // namespace rnb
