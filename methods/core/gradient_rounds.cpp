#include "methods/core/gradient_rounds.h"

#include <utility>

#include "methods/core/probe_weights.h"
#include "methods/core/update_period.h"

namespace rnb {

GradientRounds::GradientRounds(const MethodOptions& options)
    : clip_(options.number("clip")),
      layers_(options.text("layers")),
      every_(options.integer("every")),
      examples_(options.integer("examples")) {}

void GradientRounds::start(const Domains& domains) {
  every_ = update_period(every_, domains);
  if (examples_ == 0) examples_ = domains.batch;
}

Needs GradientRounds::needs(size_t batches) const {
  return {.round_steps = every_, .round_probe_examples = static_cast<int64_t>(batches) * examples_};
}

ClippedProbe GradientRounds::ask(Services& services, const std::vector<Weights>& sources,
                                 const std::vector<Weights>& targets) const {
  ClippedProbe out{services.gradient_probe({.examples = examples_,
                                            .layers = layers_,
                                            .sources = sources,
                                            .targets = targets,
                                            .source_pairs = false}),
                   {}};
  out.factor = clip_factors(out.probe, clip_);
  return out;
}

std::vector<MethodOption> with_gradient_round_options(std::vector<MethodOption> own) {
  own.push_back({.name = "clip",
                 .fallback = "1",
                 .help = "largest norm of a gradient; 0: none",
                 .type = OptionType::Real,
                 .low = 0});
  own.push_back({.name = "layers",
                 .fallback = "all",
                 .help = "whose gradients are compared",
                 .type = OptionType::Layers});
  own.push_back(every_option());
  own.push_back({.name = "examples",
                 .fallback = "0",
                 .help = "of a probe batch; 0: the run's batch",
                 .type = OptionType::Whole,
                 .low = 0});
  return own;
}

}  // namespace rnb
