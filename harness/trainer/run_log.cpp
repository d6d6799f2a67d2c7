#include "harness/trainer/run_log.h"

#include <algorithm>
#include <limits>

namespace rnb {
namespace {

void log_step(Run& run, const StepRecord& made) {
  const PhaseScope scope(run.ledger, Phase::Log);
  Counters& counters = run.state.learner.counters;
  double flops = 0, seconds = 0;
  for (const PhaseRule& rule : kPhaseRules) {
    if (!is_own_step(rule.phase)) continue;
    flops += run.ledger.flops(rule.phase);
    seconds += run.ledger.seconds(rule.phase);
  }
  run.log->append({{"event", "step"},
                   {"step", run.step()},
                   {"loss", made.loss},
                   {"lr", made.lr},
                   {"grad_norm", made.grad_norm},
                   {"tokens", counters.tokens},
                   {"flops", flops},
                   {"seconds", seconds},
                   {"counts", counters.counts},
                   {"epochs", run.state.learner.sampler->epochs()}});
  std::fill(counters.counts.begin(), counters.counts.end(), 0);
}

void log_final_eval(Run& run, const ExampleLosses& test) {
  nlohmann::json ids = nlohmann::json::array();
  for (const int64_t i : run.data.test) ids.push_back(std::string(run.store.example_id(i)));
  run.log->append({{"event", "final_eval"},
                   {"split", "test"},
                   {"id", ids},
                   {"loss", test.loss},
                   {"tokens", test.tokens}});
}

void log_scores(Run& run) {
  const PhaseScope scope(run.ledger, Phase::EvalReport);
  auto scores = run.task().scores(run.data.test);
  if (!scores.is_null())
    run.log->append(
        {{"event", "scores"}, {"step", run.step()}, {"split", "test"}, {"scores", std::move(scores)}});
}

}  // namespace

void warn(Run& run, int64_t step, const std::string& code, const std::string& text) {
  run.log->append({{"event", "warning"}, {"step", step}, {"code", code}, {"text", text}});
}

void log_after_step(Run& run, const StepRecord& made) {
  const Experiment& e = run.experiment;
  const int64_t step = run.step();
  if (step % e.log_every == 0 || step == run.steps() || step == 1) log_step(run, made);
  if (e.eval_every > 0 && step % e.eval_every == 0 && step < run.steps())
    report(run, run.data.valid, "valid");
}

ExampleLosses report(Run& run, const std::vector<int64_t>& examples, std::string_view split) {
  const PhaseScope scope(run.ledger, Phase::EvalReport);
  ExampleLosses losses = run.task().evaluate(examples, run.experiment.eval_batch);
  run.log->append(eval_event(losses, examples, run.store, run.grouping, split, run.step()));
  return losses;
}

double log_final_reports(Run& run) {
  const ExampleLosses test = report(run, run.data.test, "test");
  report(run, run.data.valid, "valid");
  log_final_eval(run, test);
  log_scores(run);
  double loss = 0, tokens = 0;
  for (size_t i = 0; i < test.loss.size(); ++i) {
    loss += test.loss[i];
    tokens += static_cast<double>(test.tokens[i]);
  }
  return tokens > 0 ? loss / tokens : std::numeric_limits<double>::quiet_NaN();
}

void log_ledger(Run& run) {
  const Ledger& ledger = run.ledger;
  nlohmann::json event = ledger.to_json();
  event["event"] = "ledger";
  event["step"] = run.step();
  const auto n = static_cast<double>(run.task().parameter_count());
  const auto t = static_cast<double>(run.state.course.rounds), m = static_cast<double>(run.domains());
  // The paper's own bill (App. D, Table 4): 6 N D_t for training, T m^2 N for R&B.
  event["formula_flops"] = {{"train", 6.0 * n * static_cast<double>(run.state.learner.counters.tokens)}};
  if (run.needs.gradient_gram) event["formula_flops"]["method"] = t * m * m * n;
  event["peak_bytes"] = run.state.gradients ? run.state.gradients->bytes() : 0.0;
  run.log->append(event);
}

}  // namespace rnb
