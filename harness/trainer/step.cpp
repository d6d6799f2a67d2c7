#include "harness/trainer/step.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "base/error.h"
#include "harness/device/device.h"
#include "harness/tasks/prefetch.h"
#include "harness/trainer/domain_step.h"
#include "harness/trainer/loss_weighting.h"
#include "harness/trainer/run_log.h"
#include "harness/trainer/schedule.h"
#include "models/autocast.h"

namespace rnb {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<std::vector<RowSpec>> split_by_domain(const std::vector<RowSpec>& rows) {
  std::vector<std::vector<RowSpec>> out;
  for (const RowSpec& row : rows) {
    if (out.empty() || out.back().front().domain != row.domain) out.emplace_back();
    out.back().push_back(row);
  }
  return out;
}

struct PlaceWeights {
  std::vector<float> weight;  // [counted places]
  std::vector<DomainGradients::RowDomain>
      row_domains;  // of the batch's rows, with the counts that the weights divide by
};

// 1 / tokens of the step, or 1 / (examples of the step x tokens of the row).
PlaceWeights place_weights(const Batch& batch, LossMean mean, int64_t step_tokens, int64_t step_examples) {
  PlaceWeights out;
  out.weight.reserve(static_cast<size_t>(batch.tokens));
  for (size_t b = 0; b < batch.row_tokens.size(); ++b) {
    const auto n = static_cast<double>(batch.row_tokens[b]);
    const bool by_token = mean == LossMean::Tokens;
    const double w =
        1.0 / (by_token ? static_cast<double>(step_tokens) : static_cast<double>(step_examples) * n);
    out.weight.insert(out.weight.end(), static_cast<size_t>(batch.row_tokens[b]), static_cast<float>(w));
    if (out.row_domains.empty() || out.row_domains.back().domain != batch.row_domain[b])
      out.row_domains.push_back({batch.row_domain[b], 0, 0});
    out.row_domains.back().end = static_cast<int64_t>(b) + 1;
    out.row_domains.back().count += by_token ? n : (n > 0 ? 1.0 : 0.0);
  }
  return out;
}

}  // namespace

void Stepper::clear() {
  made_ = {};
  made_.domain_loss.assign(run_.domains(), 0.0);
  made_.domain_tokens.assign(run_.domains(), 0);
  made_.domain_examples.assign(run_.domains(), 0);
}

// Rows of the micro-batches of a step.
std::vector<std::vector<RowSpec>> Stepper::draw(const Weights& p, int64_t step) {
  const Experiment& e = run_.experiment;
  Sampler& sampler = *run_.state.learner.sampler;
  Counters& counters = run_.state.learner.counters;
  const auto draws = sampler.draw(step, e.batch, e.accumulation, p);
  const int64_t part = e.batch / e.accumulation;
  std::vector<std::vector<RowSpec>> out;
  for (int64_t b = 0; b < e.accumulation; ++b) {
    const auto mine = std::span(draws).subspan(static_cast<size_t>(b * part), static_cast<size_t>(part));
    out.push_back(e.pack ? packed_rows(run_.store, mine, sampler, run_.task().context())
                         : one_example_per_row(mine));
    for (const RowSpec& row : out.back()) {
      const auto n = static_cast<int64_t>(row.examples.size());
      counters.counts[static_cast<size_t>(row.domain)] += n;
      counters.cut_total += n;
      made_.domain_examples[static_cast<size_t>(row.domain)] += n;
    }
  }
  return out;
}

void Stepper::take(const Weights& p, Phase phase) {
  const Experiment& e = run_.experiment;
  Counters& counters = run_.state.learner.counters;
  const int64_t step = counters.step + 1;
  clear();
  std::vector<Batch> batches;
  int64_t tokens = 0;
  const bool by_domain = phase == Phase::Train && run_.needs.batch_gradients;
  {
    const PhaseScope scope(run_.ledger, Phase::Data);
    auto rows = draw(p, step);
    if (by_domain) rows = split_by_domain(rows.front());
    for (const auto& part : rows) {
      batches.push_back(run_.task().collate_on_host(part, step));
      tokens += batches.back().tokens;
      counters.cut += batches.back().cut;
    }
  }
  const PhaseScope scope(run_.ledger, phase);
  made_.lr = learning_rate(e.schedule, step, run_.steps(), e.lr, e.min_lr, e.warmup);
  run_.state.learner.optimiser->zero_grad();
  if (by_domain) {
    made_.loss = train_by_domain(run_, batches, step, ask_, made_);
  } else {
    Prefetch prefetch(batches, run_.device);
    for (size_t i = 0; i < batches.size(); ++i) made_.loss += train_part(prefetch.next(), tokens, phase);
  }
  update_parameters(step, tokens);
  if (run_.state.gradients && phase == Phase::Train) run_.state.gradients->end_step();
  for (size_t i = 0; i < run_.domains(); ++i)
    made_.domain_loss[i] = made_.domain_tokens[i] > 0
                               ? made_.domain_loss[i] / static_cast<double>(made_.domain_tokens[i])
                               : kNaN;
  counters.tokens += tokens;
  ++counters.step;
  ++run_.state.course.work;
}

void Stepper::update_parameters(int64_t step, int64_t tokens) {
  if (!std::isfinite(made_.loss))
    fail("train",
         "step {}: the training loss is not finite; lower --lr (now {}), lengthen --warmup or check the data",
         step, run_.experiment.lr);
  if (tokens > 0) {
    AdamW& optimiser = *run_.state.learner.optimiser;
    made_.grad_norm = optimiser.clip_grad_norm(run_.experiment.clip);
    optimiser.step(made_.lr);
    run_.task().after_step();
    return;
  }
  // Prompts that fill the context: there is nothing to learn from.
  made_.loss = kNaN;
  warn(run_, step, "empty_batch",
       fmt::format("no example of the batch has a completion token within the context of {} tokens; the "
                   "model stays as "
                   "it is",
                   run_.task().context()));
}

double Stepper::train_part(const Batch& batch, int64_t step_tokens, Phase phase) {
  if (batch.tokens == 0) return 0;
  const Experiment& e = run_.experiment;
  Task& task = run_.task();
  const bool mixing = phase == Phase::Train;
  auto [weight, row_domains] = place_weights(batch, e.loss, step_tokens, e.batch);
  DomainGradients* const tracker = mixing ? run_.state.gradients.get() : nullptr;
  task.track(tracker);
  if (tracker)
    tracker->begin_microbatch(std::move(row_domains),
                              static_cast<double>(e.loss == LossMean::Tokens ? step_tokens : e.batch));
  Task::Encoded encoded;
  {
    const Autocast autocast(run_.device.type(), e.precision == Precision::Bf16);
    encoded = task.encode(batch);
  }
  if (mixing && run_.needs.loss_weighting != LossWeighting::None)
    weight = weights_by_domain(run_, batch, encoded, made_.lr, ask_);
  const HeadOutput head = task.loss(encoded, batch, to_device(torch::tensor(weight), run_.device), tracker);
  head.loss.backward();
  add_domain_losses(head.row_loss, batch.head_domains);
  return head.loss.item<double>();
}

void Stepper::add_domain_losses(const torch::Tensor& row_loss, const std::vector<HeadDomain>& borders) {
  const auto on_cpu = row_loss.to(torch::kCPU).contiguous();
  const float* values = on_cpu.data_ptr<float>();
  int64_t begin = 0;
  for (const HeadDomain& d : borders) {
    const auto i = static_cast<size_t>(d.domain);
    for (int64_t r = begin; r < d.end; ++r) made_.domain_loss[i] += values[r];
    made_.domain_tokens[i] += d.end - begin;
    begin = d.end;
  }
}

}  // namespace rnb
