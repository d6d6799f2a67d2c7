#include "harness/commands/dry_run.h"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "datasets/store/grouping.h"
#include "harness/tasks/clip_task.h"
#include "harness/trainer/tracked_layers.h"
#include "methods/core/registry.h"
#include "methods/regroup/grouping_expression.h"
#include "models/clip_sizes.h"

namespace rnb {
namespace {

constexpr int kBatches = 64;  // that lengths are taken from

struct BatchLengths {
  int64_t tokens = 1, counted = 0;  // the longest input, places with a loss
};

// `context`: the longest input. Pairs keep all their tokens as input, texts all but the last.
std::vector<BatchLengths> drawn_lengths(const Experiment& e, const Store& store, int64_t context,
                                        bool pairs) {
  const auto train = store.examples(Split::Train);
  if (train.empty()) fail("dry-run", "{}: the training split is empty", store.folder().string());
  const int64_t rows = e.batch / e.accumulation;
  std::vector<BatchLengths> out;
  for (uint64_t b = 0; b < kBatches; ++b) {
    Rng rng(e.seed, "dry_run", 0, b);
    BatchLengths lengths;
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t example = train[rng.below(train.size())];
      const auto all = static_cast<int64_t>(store.tokens(example).size());
      const int64_t input = std::min(context, pairs ? all : all - 1);
      const int64_t counted =
          std::max<int64_t>(0, std::min(all, context + 1) - std::max<int64_t>(store.loss_from(example), 1));
      if (e.pack) {  // a row is filled with examples like this one
        lengths.tokens = context;
        lengths.counted += counted * context / std::max<int64_t>(1, all);
      } else {
        lengths.tokens = std::max(lengths.tokens, input);
        lengths.counted += pairs ? 1 : counted;
      }
    }
    out.push_back(lengths);
  }
  return out;
}

int64_t longest_input(const Store& store, int64_t context, bool pairs) {
  int64_t longest = 1;
  for (const int64_t i : store.examples(Split::Train))
    longest = std::max(longest, static_cast<int64_t>(store.tokens(i).size()) - (pairs ? 0 : 1));
  return std::min(longest, context);
}

// FLOPs on average over the batches, the peak of the longest.
template <typename Model>
StepCost cost_of(const Experiment& e, const Store& store, const Model& model, StepShape shape,
                 int64_t context, bool pairs) {
  double flops = 0;
  for (const BatchLengths& b : drawn_lengths(e, store, context, pairs)) {
    shape.tokens = b.tokens;
    shape.counted = std::max(shape.counted, b.counted);
    StepShape one = shape;
    one.counted = b.counted;
    flops += step_cost(model, one).flops / kBatches;
  }
  shape.tokens = e.pack ? context : longest_input(store, context, pairs);
  StepCost cost = step_cost(model, shape);
  cost.flops = flops;
  return cost;
}

template <typename Parameters>
double tracked_numbers(const Experiment& e, const std::vector<std::string>& names, size_t last,
                       const Parameters& parameters, double head) {
  double numbers = 0;
  for (const std::string& layer :
       tracked_layers(parse_layer_choice(e.track, AllLayers::Refused, "config", "track"), names, last)) {
    if (layer == "lm_head") numbers += head;
    for (const NamedParameter& p : parameters)
      if (layer != "lm_head" && p.name == layer + ".weight") numbers += static_cast<double>(p.tensor.numel());
  }
  return numbers;
}

int64_t domains_of(const Store& store, const std::string& grouping) {
  const GroupingExpression expression = parse_grouping(grouping);
  if (expression.kind != GroupingExpression::Kind::Named)
    return expression.ks.back();  // the largest that may be chosen
  return static_cast<int64_t>(load_grouping(store, expression.name).domain_names.size());
}

std::string bytes_text(double bytes) {
  return bytes >= 1e9 ? fmt::format("{:.2f} GB", bytes / 1e9) : fmt::format("{:.1f} MB", bytes / 1e6);
}

}  // namespace

StepCost predict_step(const Experiment& e, const Store& store, int64_t domains) {
  StepShape shape;
  shape.rows = e.batch / e.accumulation;
  shape.accumulation = e.accumulation;
  shape.eval_rows =
      std::min<int64_t>(e.eval_batch, static_cast<int64_t>(std::max(store.examples(Split::Valid).size(),
                                                                    store.examples(Split::Test).size())));
  shape.recompute = e.checkpoint_activations;
  shape.bf16 = e.precision == Precision::Bf16;
  shape.domains = domains;
  const Needs needs = make_mixer(e.method, e.method_options)->needs();
  if (!needs.reference.empty()) shape.model_copies = 1;
  // Each domain's whole gradient, the target's, their sum.
  if (needs.batch_gradients) shape.model_copies += static_cast<double>(std::min(domains, shape.rows)) + 2;
  const double sets =
      needs.step_norms && e.accumulation > 1 ? 2 : 1;  // of a round, and of the unfinished step
  if (is_clip(e.model)) {
    const Clip model = make_clip(e.model, clip_vocabulary(store), e.context, e.seed, torch::kMeta);
    if (needs.gradient_gram)
      shape.tracked_numbers = sets * tracked_numbers(e, model.linear_names(), 2, model.parameters(), 0);
    return cost_of(e, store, model, shape, e.context > 0 ? e.context : model.config().positions, true);
  }
  const auto model = make_language_model(e.model, store.vocab_size(), e.context, e.seed, torch::kMeta);
  if (needs.gradient_gram)
    shape.tracked_numbers = sets * tracked_numbers(e, model->linear_names(), 1, model->parameters(),
                                                   static_cast<double>(model->head_weight().numel()));
  return cost_of(e, store, *model, shape, e.context > 0 ? e.context : model->context(), false);
}

void print_dry_run(const Experiment& e) {
  const Store store(e.store);
  const int64_t domains = domains_of(store, e.grouping);
  const StepCost cost = predict_step(e, store, domains);
  fmt::print("parameters         {:.0f}\n", cost.parameters);
  fmt::print("FLOPs per step     {:.4g}  ({} examples in {} {}, {} domains)\n", cost.flops, e.batch,
             e.accumulation, e.accumulation == 1 ? "part" : "parts", domains);
  if (e.budget.empty())
    fmt::print("FLOPs of training  {:.4g}  ({} steps)\n", cost.flops * static_cast<double>(e.steps), e.steps);
  fmt::print("peak of tensors    {}  (at {})\n", bytes_text(cost.peak), cost.moment);
  for (const auto& [name, bytes] : cost.parts)
    if (bytes > 0) fmt::print("  {:16} {}\n", name, bytes_text(bytes));
  constexpr double kCard = 80e9;
  fmt::print("on a card of 80 GB {}\n",
             cost.peak <= kCard ? fmt::format("fits, {} to spare", bytes_text(kCard - cost.peak))
                                : fmt::format("does not fit: {} too much", bytes_text(cost.peak - kCard)));
}

}  // namespace rnb
