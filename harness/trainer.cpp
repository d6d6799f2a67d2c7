#include "harness/trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <ATen/autocast_mode.h>

#include "base/error.h"
#include "base/progress.h"
#include "harness/schedule.h"
#include "harness/stop_signal.h"
#include "methods/replay.h"

namespace rnb {

RunOutcome Trainer::run() {
  Progress progress(fmt::format("{} seed {}: step", start_event_.at("label").get<std::string>(), e_.seed),
                    e_.steps);
  while (step_ < e_.steps) {
    train_step(step_ + 1);
    ++step_;
    after_step(step_);
    progress.update(step_, fmt::format("loss {:.3f}", loss_));
    const bool stopping = stop_signal() != 0;
    if (stopping) {
      log_->append({{"event", "interrupt"}, {"step", step_}, {"signal", stop_signal()}});
      log_ledger(step_);
    }
    if (stopping || (e_.checkpoint_every > 0 && step_ % e_.checkpoint_every == 0)) save(step_);
    if (stopping && step_ < e_.steps) return {stop_signal(), 0, step_};
  }
  const ExampleLosses test = report(test_, "test", step_);
  report(valid_, "valid", step_);
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
  finish();
  return {0, tokens > 0 ? loss / tokens : std::numeric_limits<double>::quiet_NaN(), step_};
}

void Trainer::train_step(int64_t step) {
  std::vector<Batch> batches;
  int64_t tokens = 0;
  {
    const PhaseScope scope(ledger_, Phase::Data);
    const auto draws = sampler_->draw(step, e_.batch, e_.accumulation, p_);
    const int64_t part = e_.batch / e_.accumulation;
    for (int64_t b = 0; b < e_.accumulation; ++b) {
      const auto mine = std::span(draws).subspan(static_cast<size_t>(b * part), static_cast<size_t>(part));
      const auto rows =
          e_.pack == "on" ? packed_rows(store_, mine, *sampler_, context_) : one_example_a_row(mine);
      batches.push_back(collate(store_, rows, context_, device_));
      tokens += batches.back().tokens;
      cut_ += batches.back().cut;
      for (const RowSpec& row : rows) {
        counts_[static_cast<size_t>(row.domain)] += static_cast<int64_t>(row.examples.size());
        cut_total_ += static_cast<int64_t>(row.examples.size());
      }
    }
  }
  const PhaseScope scope(ledger_, Phase::Train);
  lr_ = learning_rate(e_.schedule, step, e_.steps, e_.lr, e_.min_lr, e_.warmup);
  loss_ = 0;
  std::fill(domain_loss_.begin(), domain_loss_.end(), 0.0);
  std::fill(domain_tokens_.begin(), domain_tokens_.end(), 0);
  std::fill(domain_examples_.begin(), domain_examples_.end(), 0);
  optimiser_->zero_grad();
  for (const Batch& batch : batches) loss_ += train_microbatch(batch, tokens, e_.batch);
  if (!std::isfinite(loss_))
    fail("train",
         "step {}: the training loss is not finite; lower --lr (now {}), lengthen --warmup or check the data",
         step, e_.lr);
  grad_norm_ = optimiser_->clip_grad_norm(e_.clip);
  optimiser_->step(lr_);
  tokens_ += tokens;
  if (gradients_) gradients_->end_step();
}

double Trainer::train_microbatch(const Batch& batch, int64_t step_tokens, int64_t step_examples) {
  if (batch.tokens == 0) return 0;
  // Weights of the counted places: 1 / tokens of the step, or 1 / (examples of the step x tokens of the row).
  const bool token_mean = e_.loss == "token_mean";
  std::vector<float> weight(static_cast<size_t>(batch.tokens));
  std::vector<DomainGradients::RowDomain> row_domains;
  for (const int32_t d : batch.row_domain) ++domain_examples_[static_cast<size_t>(d)];
  size_t at = 0;
  for (size_t b = 0; b < batch.row_tokens.size(); ++b) {
    const auto n = static_cast<double>(batch.row_tokens[b]);
    const double w =
        token_mean ? 1.0 / static_cast<double>(step_tokens) : 1.0 / (static_cast<double>(step_examples) * n);
    for (int64_t t = 0; t < batch.row_tokens[b]; ++t) weight[at++] = static_cast<float>(w);
    if (row_domains.empty() || row_domains.back().domain != batch.row_domain[b])
      row_domains.push_back({batch.row_domain[b], 0, 0});
    row_domains.back().end = static_cast<int64_t>(b) + 1;
    row_domains.back().count += token_mean ? n : (n > 0 ? 1.0 : 0.0);
  }
  if (gradients_)
    gradients_->begin_microbatch(row_domains, static_cast<double>(token_mean ? step_tokens : step_examples));
  const bool bf16 = e_.precision == "bf16";
  at::autocast::set_autocast_enabled(device_.type(), bf16);
  const auto hidden = model_->hidden(batch.ids);
  const auto picked = hidden.reshape({-1, hidden.size(-1)}).index_select(0, batch.rows);
  at::autocast::set_autocast_enabled(device_.type(), false);
  const auto weights = torch::tensor(weight).to(device_);
  const HeadOutput head = fused_head(picked.to(torch::kFloat32), model_->head_weight(), batch.targets,
                                     weights, batch.head_domains, gradients_.get());
  head.loss.backward();
  const auto row_loss = head.row_loss.to(torch::kCPU).contiguous();
  const float* values = row_loss.data_ptr<float>();
  int64_t begin = 0;
  for (const HeadDomain& d : batch.head_domains) {
    const auto i = static_cast<size_t>(d.domain);
    for (int64_t r = begin; r < d.end; ++r) domain_loss_[i] += values[r];
    domain_tokens_[i] += d.end - begin;
    begin = d.end;
  }
  return head.loss.item<double>();
}

void Trainer::after_step(int64_t step) {
  for (size_t i = 0; i < m_; ++i)
    domain_loss_[i] = domain_tokens_[i] > 0 ? domain_loss_[i] / static_cast<double>(domain_tokens_[i])
                                            : std::numeric_limits<double>::quiet_NaN();
  if (needs_.batch_losses) {
    const StepView view{step, lr_, domain_loss_, domain_tokens_, domain_examples_};
    const PhaseScope scope(ledger_, Phase::Update);
    const Decision decision = mixer_->on_step(view, *services_);
    apply(decision, "on_step", step, signal_to_json(view));
  }
  if (needs_.eval_every > 0 && step % needs_.eval_every == 0) {
    DomainLosses losses;
    {
      const PhaseScope scope(ledger_, Phase::EvalMixing);
      losses = by_domain(evaluate(*model_, store_, mixing_valid_, context_, e_.eval_batch, device_),
                         mixing_valid_, grouping_.domain, m_);
    }
    const EvalView view{step, losses.loss, losses.tokens};
    const PhaseScope scope(ledger_, Phase::Update);
    const Decision decision = mixer_->on_eval(view, *services_);
    apply(decision, "on_eval", step, signal_to_json(view));
  }
  if (needs_.round_steps > 0 && step % needs_.round_steps == 0) {
    GradientGram gram;
    RoundView view{step, step / needs_.round_steps, p_, nullptr, e_.steps - step};
    if (gradients_) {
      const PhaseScope scope(ledger_, Phase::Signal);
      gram = gradients_->gram();
      ledger_.add_bytes(gradients_->bytes());
      gradients_->reset();
      view.gram = &gram;
    }
    const PhaseScope scope(ledger_, Phase::Update);
    const nlohmann::json signal = signal_to_json(view);
    const Decision decision = mixer_->on_round(view, *services_);
    apply(decision, "on_round", step, signal);
  }
  if (step % e_.log_every == 0 || step == e_.steps || step == 1) log_step(step);
  if (e_.eval_every > 0 && step % e_.eval_every == 0 && step < e_.steps) report(valid_, "valid", step);
}

void Trainer::apply(const Decision& decision, const char* call, int64_t step, nlohmann::json signal) {
  const PhaseScope scope(ledger_, Phase::Log);
  log_->append({{"event", "signal"},
                {"step", step},
                {"call", call},
                {"data", std::move(signal)},
                {"record", decision.record}});
  for (const Warning& w : decision.warnings) warn(step, w.code, w.text);
  if (!decision.sampling) return;
  check_weights(*decision.sampling, m_, e_.method);
  p_ = *decision.sampling;
  log_->append({{"event", "mixture"}, {"step", step}, {"first_used", step + 1}, {"p", p_}, {"reason", call}});
}

void Trainer::warn(int64_t step, const std::string& code, const std::string& text) {
  log_->append({{"event", "warning"}, {"step", step}, {"code", code}, {"text", text}});
}

void Trainer::log_step(int64_t step) {
  const PhaseScope scope(ledger_, Phase::Log);
  log_->append({{"event", "step"},
                {"step", step},
                {"loss", loss_},
                {"lr", lr_},
                {"grad_norm", grad_norm_},
                {"tokens", tokens_},
                {"flops", ledger_.flops(Phase::Train)},
                {"seconds", ledger_.seconds(Phase::Train)},
                {"counts", counts_},
                {"epochs", sampler_->epochs()}});
  std::fill(counts_.begin(), counts_.end(), 0);
}

ExampleLosses Trainer::report(const std::vector<int64_t>& examples, std::string_view split, int64_t step) {
  const PhaseScope scope(ledger_, Phase::EvalReport);
  ExampleLosses losses = evaluate(*model_, store_, examples, context_, e_.eval_batch, device_);
  log_->append(eval_event(losses, examples, store_, grouping_, split, step));
  return losses;
}

}  // namespace rnb
