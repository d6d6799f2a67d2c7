// What a trainer tells its mixer, and what it does with the answers.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "harness/trainer/run_services.h"
#include "harness/trainer/trainer.h"
#include "methods/core/replay.h"

namespace rnb {
namespace {

// The calls that follow a step, in their order.
constexpr std::array<const char*, 3> kCalls{"on_step", "on_eval", "on_round"};

struct DomainMeans {
  std::vector<double> sum;
  std::vector<int64_t> tokens;
  explicit DomainMeans(size_t m) : sum(m), tokens(m) {}
  // f(row) is the row's value.
  template <typename F>
  void add(const std::vector<HeadDomain>& borders, F f) {
    int64_t row = 0;
    for (const HeadDomain& d : borders)
      for (; row < d.end; ++row) {
        sum[static_cast<size_t>(d.domain)] += f(row);
        ++tokens[static_cast<size_t>(d.domain)];
      }
  }
  std::vector<double> means() const {
    std::vector<double> out;
    for (size_t i = 0; i < sum.size(); ++i)
      out.push_back(tokens[i] > 0 ? sum[i] / static_cast<double>(tokens[i])
                                  : std::numeric_limits<double>::quiet_NaN());
    return out;
  }
};

torch::Tensor place_losses(Task& task, const Task::Encoded& encoded, const Batch& batch) {
  const auto ones = torch::ones({batch.tokens}, encoded.front().options().requires_grad(false));
  return task.loss(encoded, batch, ones, nullptr).row_loss.to(torch::kCPU).contiguous();
}

}  // namespace

// The weight of each counted place of a micro-batch, after asking the mixer. The losses that it decides on
// cost a pass through the head of their own.
std::vector<float> Trainer::loss_weights(const Batch& batch, const Task::Encoded& encoded) {
  DomainMeans loss(m_), excess(m_), clipped(m_);
  torch::Tensor own, other;
  {
    const PhaseScope scope(ledger_, Phase::Signal);
    const torch::NoGradGuard no_grad;
    own = place_losses(*task_, encoded, batch);
  }
  const float* const l = own.data_ptr<float>();
  loss.add(batch.head_domains, [&](int64_t row) { return l[row]; });
  if (reference_) {
    const PhaseScope scope(ledger_, Phase::Reference);
    const torch::NoGradGuard no_grad;
    other = place_losses(*reference_, reference_->encode(batch), batch);
    const float* const r = other.data_ptr<float>();
    excess.add(batch.head_domains, [&](int64_t row) { return static_cast<double>(l[row]) - r[row]; });
    clipped.add(batch.head_domains,
                [&](int64_t row) { return std::max(static_cast<double>(l[row]) - r[row], 0.0); });
  }
  const auto loss_means = loss.means(), excess_means = excess.means(), clipped_means = clipped.means();
  BatchView view;
  view.step = step_ + 1;
  view.lr = lr_;
  view.loss = loss_means;
  view.tokens = loss.tokens;
  view.excess = excess_means;
  view.clipped_excess = clipped_means;
  const Weights w = ask_for_batch(view);
  // Tokens: w / sum over the micro-batch's tokens of w. Domains: w_i / tokens of i. Micro-batches count
  // alike.
  std::vector<float> weight(static_cast<size_t>(batch.tokens));
  double total = 0;
  for (size_t i = 0; i < m_; ++i) total += w[i] * static_cast<double>(loss.tokens[i]);
  int64_t row = 0;
  for (const HeadDomain& d : batch.head_domains) {
    const auto i = static_cast<size_t>(d.domain);
    const double divisor =
        needs_.loss_weighting == LossWeighting::Tokens ? total : static_cast<double>(loss.tokens[i]);
    const double each = divisor > 0 ? w[i] / divisor / static_cast<double>(e_.accumulation) : 0.0;
    for (; row < d.end; ++row) weight[static_cast<size_t>(row)] = static_cast<float>(each);
  }
  return weight;
}

// The domains' loss weights of this batch; 1 each as long as the mixer has named none.
Weights Trainer::ask_for_batch(const BatchView& view) {
  Decision decision;
  {
    const PhaseScope scope(ledger_, Phase::Update);
    decision = mixer_->on_batch(view, *services_);
  }
  apply(decision, "on_batch", step_ + 1, signal_to_json(view));
  return loss_weights_ ? *loss_weights_ : Weights(m_, 1.0);
}

bool Trainer::is_due(const std::string& call, int64_t step) const {
  if (call == "on_step") return needs_.batch_losses;
  if (call == "on_eval") return needs_.eval_every > 0 && step % needs_.eval_every == 0;
  return needs_.round_steps > 0 && step / needs_.round_steps > rounds_;
}

// The calls that are due after `step`; those up to `after`, if it is named, have been made.
void Trainer::call_mixer(int64_t step, const std::string& after) {
  bool reached = after.empty();
  for (const char* call : kCalls) {
    if (reached && is_due(call, step)) ask(call, step, signal_of(call, step));
    reached = reached || after == call;
  }
}

nlohmann::json Trainer::signal_of(const std::string& call, int64_t step) {
  if (call == "on_step")
    return signal_to_json(StepView{step, lr_, domain_loss_, domain_tokens_, domain_examples_});
  if (call == "on_eval") {
    const DomainLosses losses = mixing_losses(*task_);
    return signal_to_json(EvalView{step, losses.loss, losses.tokens});
  }
  RoundView view{step, rounds_ + 1, p_, nullptr, e_.steps - step};
  GradientGram gram;
  if (gradients_) {
    const PhaseScope scope(ledger_, Phase::Signal);
    gram = gradients_->gram();
    ledger_.add_bytes(gradients_->bytes());
    gradients_->reset();
    view.gram = &gram;
  }
  return signal_to_json(view);
}

// Makes one call of the mixer and carries out its decision.
void Trainer::ask(const std::string& call, int64_t step, nlohmann::json data) {
  const bool may_ask_back = call != "on_step";
  if (may_ask_back && call_.is_null()) {
    call_ = {{"call", call}, {"step", step}, {"data", data}};
    mixer_before_ = call == "init" ? nlohmann::json() : mixer_->save();
  }
  if (call == "on_round") rounds_ = data.at("round").get<int64_t>();
  Decision decision;
  {
    const PhaseScope scope(ledger_, Phase::Update);
    size_t m = m_;
    services_->open(may_ask_back);
    decision = make_call(*mixer_, {{"call", call}, {"step", step}, {"data", data}}, *services_, m);
    services_->close();
  }
  call_ = nullptr;
  apply(decision, call, step, std::move(data));
}

void Trainer::apply(const Decision& decision, const std::string& call, int64_t step, nlohmann::json signal) {
  const PhaseScope scope(ledger_, Phase::Log);
  log_->append({{"event", "signal"},
                {"step", step},
                {"call", call},
                {"data", std::move(signal)},
                {"record", decision.record}});
  for (const Warning& w : decision.warnings) warn(step, w.code, w.text);
  if (decision.loss_weights) {
    if (decision.loss_weights->size() != m_ ||
        !std::all_of(decision.loss_weights->begin(), decision.loss_weights->end(),
                     [](double w) { return std::isfinite(w) && w >= 0; }))
      fail("method", "{} gave loss weights in {}; expected {} finite numbers >= 0", e_.method, call, m_);
    loss_weights_ = *decision.loss_weights;
  }
  if (!decision.sampling) return;
  check_weights(*decision.sampling, m_, e_.method);
  p_ = *decision.sampling;
  log_->append({{"event", "mixture"},
                {"step", step},
                {"first_used", call == "on_batch" ? step + 1 : step_ + 1},
                {"p", p_},
                {"reason", call}});
}

void Trainer::warn(int64_t step, const std::string& code, const std::string& text) {
  log_->append({{"event", "warning"}, {"step", step}, {"code", code}, {"text", text}});
}

void Trainer::log_step() {
  const PhaseScope scope(ledger_, Phase::Log);
  log_->append({{"event", "step"},
                {"step", step_},
                {"loss", loss_},
                {"lr", lr_},
                {"grad_norm", grad_norm_},
                {"tokens", tokens_},
                {"flops", ledger_.flops(Phase::Train) + ledger_.flops(Phase::ProbeKept)},
                {"seconds", ledger_.seconds(Phase::Train) + ledger_.seconds(Phase::ProbeKept)},
                {"counts", counts_},
                {"epochs", sampler_->epochs()}});
  std::fill(counts_.begin(), counts_.end(), 0);
}

ExampleLosses Trainer::report(const std::vector<int64_t>& examples, std::string_view split) {
  const PhaseScope scope(ledger_, Phase::EvalReport);
  ExampleLosses losses = task_->evaluate(examples, e_.eval_batch);
  log_->append(eval_event(losses, examples, store_, grouping_, split, step_));
  return losses;
}

// What the task measures beside losses, on the test split.
void Trainer::report_scores() {
  const PhaseScope scope(ledger_, Phase::EvalReport);
  auto scores = task_->scores(test_);
  if (!scores.is_null())
    log_->append({{"event", "scores"}, {"step", step_}, {"split", "test"}, {"scores", std::move(scores)}});
}

}  // namespace rnb
