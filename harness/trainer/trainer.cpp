#include "harness/trainer/trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/progress.h"
#include "base/stop_signal.h"
#include "harness/tasks/prefetch.h"
#include "harness/trainer/gradient_vectors.h"
#include "harness/trainer/schedule.h"
#include "models/autocast.h"

namespace rnb {

RunOutcome Trainer::run() {
  try {
    start();
    Progress progress(fmt::format("{} seed {}: step", start_event_.at("label").get<std::string>(), e_.seed),
                      e_.steps);
    while (step_ < e_.steps) {
      train_step(p_, Phase::Train);
      after_step();
      call_mixer(step_);
      progress.update(step_, fmt::format("loss {:.3f}", loss_));
      if (step_ < e_.steps) pause_point();
    }
  } catch (const Interrupted&) {
    return {stop_signal(), 0, step_};
  }
  const ExampleLosses test = report(test_, "test");
  report(valid_, "valid");
  double loss = 0, tokens = 0;
  nlohmann::json ids = nlohmann::json::array();
  for (size_t i = 0; i < test_.size(); ++i) {
    loss += test.loss[i];
    tokens += static_cast<double>(test.tokens[i]);
    ids.push_back(std::string(store_.example_id(test_[i])));
  }
  log_->append({{"event", "final_eval"},
                {"split", "test"},
                {"id", ids},
                {"loss", test.loss},
                {"tokens", test.tokens}});
  report_scores();
  finish();
  return {0, tokens > 0 ? loss / tokens : std::numeric_limits<double>::quiet_NaN(), step_};
}

// A checkpoint where one is due; the end of this process's part where a signal asks for it.
void Trainer::pause_point() {
  const bool stopping = stop_signal() != 0;
  if (stopping) {
    log_->append({{"event", "interrupt"}, {"step", step_}, {"signal", stop_signal()}});
    log_ledger();
  }
  if (stopping || (e_.checkpoint_every > 0 && work_ % e_.checkpoint_every == 0)) save();
  if (stopping) throw Interrupted();
}

// Rows of the micro-batches of a step.
std::vector<std::vector<RowSpec>> Trainer::draw(const Weights& p, int64_t step) {
  const auto draws = sampler_->draw(step, e_.batch, e_.accumulation, p);
  const int64_t part = e_.batch / e_.accumulation;
  std::vector<std::vector<RowSpec>> out;
  for (int64_t b = 0; b < e_.accumulation; ++b) {
    const auto mine = std::span(draws).subspan(static_cast<size_t>(b * part), static_cast<size_t>(part));
    out.push_back(e_.pack == "on" ? packed_rows(store_, mine, *sampler_, task_->context())
                                  : one_example_a_row(mine));
    for (const RowSpec& row : out.back()) {
      const auto n = static_cast<int64_t>(row.examples.size());
      counts_[static_cast<size_t>(row.domain)] += n;
      domain_examples_[static_cast<size_t>(row.domain)] += n;
      cut_total_ += n;
    }
  }
  return out;
}

namespace {

std::vector<std::vector<RowSpec>> split_by_domain(const std::vector<RowSpec>& rows) {
  std::vector<std::vector<RowSpec>> out;
  for (const RowSpec& row : rows) {
    if (out.empty() || out.back().front().domain != row.domain) out.emplace_back();
    out.back().push_back(row);
  }
  return out;
}

}  // namespace

void Trainer::train_step(const Weights& p, Phase phase) {
  const int64_t step = step_ + 1;
  loss_ = 0;
  std::fill(domain_loss_.begin(), domain_loss_.end(), 0.0);
  std::fill(domain_tokens_.begin(), domain_tokens_.end(), 0);
  std::fill(domain_examples_.begin(), domain_examples_.end(), 0);
  std::vector<std::vector<RowSpec>> rows;
  std::vector<Batch> batches;
  int64_t tokens = 0;
  const bool by_domain = phase == Phase::Train && needs_.batch_gradients;
  {
    const PhaseScope scope(ledger_, Phase::Data);
    rows = draw(p, step);
    if (by_domain) rows = split_by_domain(rows.front());
    for (const auto& part : rows) {
      batches.push_back(task_->collate_on_host(part, step));
      tokens += batches.back().tokens;
      cut_ += batches.back().cut;
    }
  }
  const PhaseScope scope(ledger_, phase);
  lr_ = learning_rate(e_.schedule, step, e_.steps, e_.lr, e_.min_lr, e_.warmup);
  optimiser_->zero_grad();
  if (by_domain) {
    loss_ = train_by_domain(batches, step);
  } else {
    Prefetch prefetch(batches, device_);
    for (size_t i = 0; i < batches.size(); ++i) loss_ += train_microbatch(prefetch.next(), tokens, phase);
  }
  if (!std::isfinite(loss_))
    fail("train",
         "step {}: the training loss is not finite; lower --lr (now {}), lengthen --warmup or check the data",
         step, e_.lr);
  if (tokens > 0) {
    grad_norm_ = optimiser_->clip_grad_norm(e_.clip);
    optimiser_->step(lr_);
    task_->after_step();
  } else {  // prompts that fill the context: there is nothing to learn from
    grad_norm_ = 0;
    loss_ = std::numeric_limits<double>::quiet_NaN();
    warn(step, "empty_batch",
         fmt::format(
             "no example of the batch has a completion token within the context of {} tokens; the model "
             "stays as it is",
             task_->context()));
  }
  if (gradients_ && phase == Phase::Train) gradients_->end_step();
  tokens_ += tokens;
  for (size_t i = 0; i < m_; ++i)
    domain_loss_[i] = domain_tokens_[i] > 0 ? domain_loss_[i] / static_cast<double>(domain_tokens_[i])
                                            : std::numeric_limits<double>::quiet_NaN();
  ++step_;
  ++work_;
}

double Trainer::train_microbatch(const Batch& batch, int64_t step_tokens, Phase phase) {
  if (batch.tokens == 0) return 0;
  const bool mixing = phase == Phase::Train;
  // Weights of the counted places: 1 / tokens of the step, or 1 / (examples of the step x tokens of the row).
  const bool token_mean = e_.loss == "token_mean";
  std::vector<float> weight(static_cast<size_t>(batch.tokens));
  std::vector<DomainGradients::RowDomain> row_domains;
  size_t at = 0;
  for (size_t b = 0; b < batch.row_tokens.size(); ++b) {
    const auto n = static_cast<double>(batch.row_tokens[b]);
    const double w =
        token_mean ? 1.0 / static_cast<double>(step_tokens) : 1.0 / (static_cast<double>(e_.batch) * n);
    for (int64_t t = 0; t < batch.row_tokens[b]; ++t) weight[at++] = static_cast<float>(w);
    if (row_domains.empty() || row_domains.back().domain != batch.row_domain[b])
      row_domains.push_back({batch.row_domain[b], 0, 0});
    row_domains.back().end = static_cast<int64_t>(b) + 1;
    row_domains.back().count += token_mean ? n : (n > 0 ? 1.0 : 0.0);
  }
  DomainGradients* const tracker = mixing ? gradients_.get() : nullptr;
  task_->track(tracker);
  if (tracker)
    tracker->begin_microbatch(row_domains, static_cast<double>(token_mean ? step_tokens : e_.batch));
  Task::Encoded encoded;
  {
    const Autocast autocast(device_.type(), e_.precision == "bf16");
    encoded = task_->encode(batch);
  }
  if (mixing && needs_.loss_weighting != LossWeighting::None) weight = loss_weights(batch, encoded);
  const HeadOutput head = task_->loss(encoded, batch, to_device(torch::tensor(weight), device_), tracker);
  head.loss.backward();
  add_domain_losses(head.row_loss, batch.head_domains);
  return head.loss.item<double>();
}

// The step of a method that weighs the domains' own gradients: one backward pass a domain, over its rows
// only, and the step goes along the weighted sum of the (clipped) mean gradients.
double Trainer::train_by_domain(const std::vector<Batch>& parts, int64_t step) {
  GradientVectors vectors(*task_);
  std::vector<torch::Tensor> gradient(m_);
  std::vector<double> loss(m_, std::numeric_limits<double>::quiet_NaN());
  std::vector<int64_t> tokens(m_);
  Prefetch prefetch(parts, device_);
  for (size_t k = 0; k < parts.size(); ++k) {
    const Batch part = prefetch.next();
    if (part.tokens == 0) continue;
    const auto i = static_cast<size_t>(part.row_domain.front());
    const auto result = vectors.of(part);
    gradient[i] = result.gradient;
    loss[i] = result.loss;
    tokens[i] = part.tokens;
    domain_loss_[i] = result.loss * static_cast<double>(part.tokens);
    domain_tokens_[i] = part.tokens;
  }
  GradientProbe products;
  {
    const PhaseScope scope(ledger_, Phase::Signal);
    std::vector<torch::Tensor> all = gradient;
    products.sources = m_;
    products.loss = loss;
    if (needs_.target_examples > 0) {
      const Batch target = fresh_batch(valid_pools_, domains_.evaluation, needs_.target_examples, "target",
                                       static_cast<uint64_t>(step));
      const auto result = vectors.of(target);
      all.push_back(result.gradient);
      products.loss.push_back(result.loss);
      products.targets = 1;
    }
    products.gram = vectors.dot_products(all, ledger_);
  }
  BatchView view;
  view.step = step;
  view.lr = lr_;
  view.loss = loss;
  view.tokens = tokens;
  view.gradients = &products;
  const Weights w = ask_for_batch(view);
  torch::Tensor sum;
  double total = 0;
  for (size_t i = 0; i < m_; ++i) {
    if (!gradient[i].defined()) continue;
    const double norm = std::sqrt(products.dot(i, i)), limit = needs_.domain_gradient_clip;
    const double factor = limit > 0 && norm > limit ? limit / norm : 1.0;
    total += w[i] * loss[i];
    sum = sum.defined() ? sum.add_(gradient[i], w[i] * factor) : gradient[i] * (w[i] * factor);
  }
  if (sum.defined()) vectors.set(sum);
  return total;
}

void Trainer::add_domain_losses(const torch::Tensor& row_loss, const std::vector<HeadDomain>& borders) {
  const auto on_cpu = row_loss.to(torch::kCPU).contiguous();
  const float* values = on_cpu.data_ptr<float>();
  int64_t begin = 0;
  for (const HeadDomain& d : borders) {
    const auto i = static_cast<size_t>(d.domain);
    for (int64_t r = begin; r < d.end; ++r) domain_loss_[i] += values[r];
    domain_tokens_[i] += d.end - begin;
    begin = d.end;
  }
}

// Of a step of the run, also one that a kept probe takes.
void Trainer::after_step() {
  if (step_ % e_.log_every == 0 || step_ == e_.steps || step_ == 1) log_step();
  if (e_.eval_every > 0 && step_ % e_.eval_every == 0 && step_ < e_.steps) report(valid_, "valid");
}

}  // namespace rnb
