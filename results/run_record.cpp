#include "results/run_record.h"

#include <limits>
#include <utility>

#include "base/error.h"
#include "results/event_log.h"

namespace rnb {
namespace {

using Json = nlohmann::json;

double number(const Json& v) {
  return v.is_number() ? v.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

// A field that may be missing, and one that must be there.
double optional_number(const Json& event, const char* field) {
  return number(event.value(field, Json()));
}
double needed_number(const Json& event, const char* field) {
  return number(event.at(field));
}

void append(Column& out, const Json& array) {
  for (const auto& v : array) out.push_back(number(v));
}

void take_step(StepColumns& steps, const Json& event) {
  steps.step.push_back(needed_number(event, "step"));
  steps.loss.push_back(optional_number(event, "loss"));
  steps.lr.push_back(optional_number(event, "lr"));
  steps.grad_norm.push_back(optional_number(event, "grad_norm"));
  steps.tokens.push_back(needed_number(event, "tokens"));
  steps.flops.push_back(needed_number(event, "flops"));
  steps.seconds.push_back(needed_number(event, "seconds"));
  append(steps.counts, event.at("counts"));
  append(steps.epochs, event.at("epochs"));
}

void take_mixture(MixtureColumns& mixtures, const Json& event) {
  mixtures.first_used.push_back(optional_number(event, "first_used"));
  append(mixtures.p, event.at("p"));
}

void take_signal(SignalColumns& signals, const Json& event) {
  signals.step.push_back(optional_number(event, "step"));
  signals.call.push_back(event.value("call", ""));
  signals.data.push_back(event.value("data", Json()).dump());
  signals.record.push_back(event.value("record", Json()).dump());
}

void take_evaluation(EvaluationColumns& out, const Json& event) {
  if (out.step.empty()) out.weighted = event.contains("weighted_loss");
  out.step.push_back(needed_number(event, "step"));
  out.loss.push_back(optional_number(event, "loss"));
  out.domain_mean_loss.push_back(optional_number(event, "domain_mean_loss"));
  out.accuracy.push_back(optional_number(event, "accuracy"));
  out.weighted_loss.push_back(optional_number(event, "weighted_loss"));
  for (const char* grouping : {"original", "active"}) {
    const Json& losses = event.at(grouping);
    append(out.domains[grouping].loss, losses.at("loss"));
    append(out.domains[grouping].tokens, losses.at("tokens"));
  }
}

void take_warning(WarningColumns& warnings, const Json& event) {
  warnings.step.push_back(optional_number(event, "step"));
  warnings.code.push_back(event.value("code", ""));
  warnings.text.push_back(event.value("text", ""));
}

void take(RunRecord& run, Json event) {
  const auto kind = event.value("event", "");
  if (kind == "step") return take_step(run.steps, event);
  if (kind == "mixture") return take_mixture(run.mixtures, event);
  if (kind == "signal") return take_signal(run.signals, event);
  if (kind == "warning") return take_warning(run.warnings, event);
  if (kind == "eval") return take_evaluation(run.evaluations[event.value("split", "")], event);
  if (kind == "resume") run.resumed_at.push_back(std::to_string(event.value("step", int64_t{0})));
  if (kind == "end") run.end = std::move(event);
  if (kind == "ledger") run.ledger = std::move(event);
  if (kind == "scores") run.scores = std::move(event);
  if (kind == "final_eval") run.final_eval = std::move(event);
  if (kind == "cut") run.cut = std::move(event);
}

}  // namespace

std::vector<std::string> RunRecord::domains(const char* grouping) const {
  return start.at("domains").at(grouping).get<std::vector<std::string>>();
}

RunRecord read_run_record(const std::filesystem::path& events) {
  RunRecord run;
  const std::string file = events.string();
  for_each_event(events, [&](int64_t line, Json event) {
    try {
      if (line > 1) return take(run, std::move(event));
      if (event.value("event", Json()) != "start")
        fail("results", "{}: does not begin with a start event", file);
      run.start = std::move(event);
    } catch (const Json::exception& e) {
      fail("results", "{}:{}: the event lacks a field, or has a wrong one: {}", file, line, e.what());
    }
  });
  if (run.start.is_null()) fail("results", "{}: does not begin with a start event", file);
  return run;
}

}  // namespace rnb
