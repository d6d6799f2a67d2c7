#include "harness/trainer/mixer_calls.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"
#include "harness/trainer/run_log.h"
#include "methods/core/replay.h"

namespace rnb {
namespace {

constexpr std::array<std::pair<MixerCall, std::string_view>, 4> kCallNames{
    {{MixerCall::Init, "init"},
     {MixerCall::OnStep, "on_step"},
     {MixerCall::OnEval, "on_eval"},
     {MixerCall::OnRound, "on_round"}}};

std::string_view name_of(MixerCall call) {
  return kCallNames[static_cast<size_t>(call)].second;
}

MixerCall call_named(std::string_view name) {
  for (const auto& [call, known] : kCallNames)
    if (known == name) return call;
  fail("resume", "the checkpoint is within a call '{}' that this program does not know", name);
}

}  // namespace

void MixerCalls::init(nlohmann::json data) {
  ask(MixerCall::Init, 0, std::move(data));
}

void MixerCalls::make_again(const nlohmann::json& pending) {
  const MixerCall call = call_named(pending.at("call").get<std::string>());
  const auto step = pending.at("step").get<int64_t>();
  ask(call, step, pending.at("data"));
  if (call != MixerCall::Init) ask_due_after(call, step);
}

void MixerCalls::after_step(const StepRecord& made) {
  const int64_t step = run_.step();
  if (is_due(MixerCall::OnStep, step))
    ask(MixerCall::OnStep, step,
        signal_to_json(StepView{step, made.lr, made.domain_loss, made.domain_tokens, made.domain_examples}));
  ask_due_after(MixerCall::OnStep, step);
}

// The calls that follow `call` in the order of a step: on_step, on_eval, on_round.
void MixerCalls::ask_due_after(MixerCall call, int64_t step) {
  if (call == MixerCall::OnStep && is_due(MixerCall::OnEval, step))
    ask(MixerCall::OnEval, step, eval_signal(step));
  if (call != MixerCall::OnRound && is_due(MixerCall::OnRound, step))
    ask(MixerCall::OnRound, step, round_signal(step));
}

bool MixerCalls::is_due(MixerCall call, int64_t step) const {
  const Needs& needs = run_.needs;
  if (call == MixerCall::OnStep) return needs.batch_losses;
  if (call == MixerCall::OnEval) return needs.eval_every > 0 && step % needs.eval_every == 0;
  return needs.round_steps > 0 && step / needs.round_steps > run_.state.course.rounds;
}

nlohmann::json MixerCalls::eval_signal(int64_t step) {
  const DomainLosses losses = mixing_losses(run_, run_.task());
  return signal_to_json(EvalView{step, losses.loss, losses.tokens});
}

nlohmann::json MixerCalls::round_signal(int64_t step) {
  const Course& course = run_.state.course;
  RoundView view{step, course.rounds + 1, course.p, nullptr, run_.steps() - step};
  GradientGram gram;
  if (DomainGradients* const gradients = run_.state.gradients.get()) {
    const PhaseScope scope(run_.ledger, Phase::Signal);
    gram = gradients->gram();
    run_.ledger.add_bytes(gradients->bytes());
    gradients->reset();
    view.gram = &gram;
  }
  return signal_to_json(view);
}

Weights MixerCalls::on_batch(const BatchView& view) {
  Decision decision;
  {
    const PhaseScope scope(run_.ledger, Phase::Update);
    decision = run_.state.mixer->on_batch(view, services_);
  }
  apply(decision, "on_batch", run_.step() + 1, run_.step() + 2, signal_to_json(view));
  return run_.state.course.loss_weights.value_or(Weights(run_.domains(), 1.0));
}

// Makes one call of the mixer and carries out its decision.
void MixerCalls::ask(MixerCall call, int64_t step, nlohmann::json data) {
  RunState& state = run_.state;
  const bool may_ask_back = call != MixerCall::OnStep;
  const nlohmann::json signal = {{"call", name_of(call)}, {"step", step}, {"data", data}};
  if (may_ask_back && state.pending.call.is_null())
    state.pending = {signal, call == MixerCall::Init ? nlohmann::json() : state.mixer->save()};
  if (call == MixerCall::OnRound) state.course.rounds = data.at("round").get<int64_t>();
  Decision decision;
  {
    const PhaseScope scope(run_.ledger, Phase::Update);
    size_t m = run_.domains();
    const OpenServices open(services_, may_ask_back);
    decision = make_call(*state.mixer, signal, services_, m);
  }
  services_.check_all_asked();
  state.pending = {};
  apply(decision, name_of(call), step, run_.step() + 1, std::move(data));
}

void MixerCalls::apply(const Decision& decision, std::string_view call, int64_t step, int64_t first_used,
                       nlohmann::json signal) {
  const PhaseScope scope(run_.ledger, Phase::Log);
  const std::string& method = run_.experiment.method;
  Course& course = run_.state.course;
  run_.log->append({{"event", "signal"},
                    {"step", step},
                    {"call", call},
                    {"data", std::move(signal)},
                    {"record", decision.record}});
  for (const Warning& w : decision.warnings) warn(run_, step, w.code, w.text);
  if (decision.loss_weights) {
    const Weights& weights = *decision.loss_weights;
    if (weights.size() != run_.domains() ||
        !std::all_of(weights.begin(), weights.end(), [](double w) { return std::isfinite(w) && w >= 0; }))
      fail("method", "{} gave loss weights in {}; expected {} finite numbers >= 0", method, call,
           run_.domains());
    course.loss_weights = weights;
  }
  if (!decision.sampling) return;
  check_weights(*decision.sampling, run_.domains(), method);
  course.p = *decision.sampling;
  run_.log->append(
      {{"event", "mixture"}, {"step", step}, {"first_used", first_used}, {"p", course.p}, {"reason", call}});
}

}  // namespace rnb
