#include "results/write_run_h5.h"

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "results/hdf5_file.h"
#include "results/phases.h"
#include "results/run_record.h"
#include "results/table_row.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

double number(const Json& v) {
  return v.is_number() ? v.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

Column numbers(const Json& array) {
  Column out;
  for (const auto& v : array) out.push_back(number(v));
  return out;
}

// One function per group of the file.
class RunWriter {
 public:
  RunWriter(const RunRecord& run, const fs::path& file) : run_(run), start_(run.start), out_(file) {}

  void write() {
    root();
    provenance();
    curves();
    mixture();
    signals();
    overhead();
    evaluation();
    regroup();
    warnings();
    out_.close();
  }

 private:
  void column(const std::string& path, const Column& values, std::string_view units) {
    out_.doubles(path, values, {values.size()}, units);
  }

  // As many rows as there are events; each has one value per domain.
  void table(const std::string& path, const Column& values, size_t rows, size_t domains,
             std::string_view units) {
    if (values.size() != rows * domains)
      fail("results", "the events behind {} do not have {} values each", path, domains);
    out_.doubles(path, values, {rows, domains}, units);
  }

  const EvaluationColumns& evaluations(const char* split) const {
    static const EvaluationColumns none;
    const auto found = run_.evaluations.find(split);
    return found == run_.evaluations.end() ? none : found->second;
  }

  void root() {
    out_.group("/", "rnb-run");
    out_.attribute("/", "status", run_.end ? run_.end->value("status", "failed") : "partial");
    for (const char* key : {"run_id", "label", "dataset", "grouping"})
      out_.attribute("/", key, start_.value(key, ""));
    if (start_.contains("row"))
      out_.attribute("/", "row", row_text(row_from_text(start_.at("row").dump(), "the start event's row")));
    out_.attribute("/", "parameters", number(start_.value("parameters", Json())));
  }

  void provenance() {
    out_.group("/provenance", "rnb-provenance");
    out_.attribute("/provenance", "experiment", start_.value("experiment", Json::object()).dump());
    const Json made = start_.value("provenance", Json::object());
    for (const auto& [key, value] : made.items())
      out_.attribute("/provenance", key, value.is_string() ? value.get<std::string>() : value.dump());
    out_.attribute("/provenance", "stop_utc", run_.end ? run_.end->value("utc", "") : "");
    out_.strings("/provenance/resumed_at_step", run_.resumed_at);
  }

  // Of each row the cumulative cost at the last step event at or before it; both are in the order of steps.
  Column cost_at(const Column& rows, const Column& cost) const {
    Column out;
    size_t passed = 0;
    for (const double step : rows) {
      while (passed < run_.steps.step.size() && run_.steps.step[passed] <= step) ++passed;
      out.push_back(passed == 0 ? 0 : cost[passed - 1]);
    }
    return out;
  }

  void curve(const std::string& name, const Column& steps, const Column& values, std::string_view units) {
    const std::string path = "/curves/" + name;
    out_.group(path, "rnb-curve");
    column(path + "/step", steps, "optimiser steps");
    column(path + "/value", values, units);
    column(path + "/tokens", cost_at(steps, run_.steps.tokens), "completion tokens");
    column(path + "/flops", cost_at(steps, run_.steps.flops), "FLOP");
    column(path + "/seconds", cost_at(steps, run_.steps.seconds), "s");
  }

  void curves() {
    out_.group("/curves", "rnb-curves");
    const StepColumns& s = run_.steps;
    curve("train_loss", s.step, s.loss, "nats per token");
    curve("learning_rate", s.step, s.lr, "1");
    curve("gradient_norm", s.step, s.grad_norm, "1");
    for (const std::string split : {"valid", "test"}) {
      const EvaluationColumns& e = evaluations(split.c_str());
      curve(split + "_loss", e.step, e.loss, "nats per token");
      curve(split + "_domain_mean_loss", e.step, e.domain_mean_loss, "nats per token");
      curve(split + "_accuracy", e.step, e.accuracy, "share of tokens");
      if (e.weighted) curve(split + "_weighted_loss", e.step, e.weighted_loss, "nats per token");
    }
  }

  void mixture() {
    out_.group("/mixture", "rnb-mixture");
    const auto names = run_.domains("active");
    const size_t m = names.size(), mixtures = run_.mixtures.first_used.size(), steps = run_.steps.step.size();
    out_.strings("/mixture/domain_names", names);
    column("/mixture/step", run_.mixtures.first_used, "first step that used it");
    table("/mixture/proposed", run_.mixtures.p, mixtures, m, "share");
    column("/mixture/realised_step", run_.steps.step, "optimiser steps");
    table("/mixture/realised_counts", run_.steps.counts, steps, m, "examples since the previous row");
    table("/mixture/epochs", run_.steps.epochs, steps, m, "passes over the domain");
    for (const auto& [field, units] :
         {std::pair{"evaluation_weights", "share"}, {"train_examples", "examples"}})
      column(std::string("/mixture/") + field, numbers(start_.value(field, Json::array())), units);
  }

  void signals() {
    out_.group("/signals", "rnb-signals");
    column("/signals/step", run_.signals.step, "optimiser steps");
    out_.strings("/signals/call", run_.signals.call);
    out_.strings("/signals/data", run_.signals.data);
    out_.strings("/signals/record", run_.signals.record);
  }

  void overhead() {
    out_.group("/overhead", "rnb-overhead");
    if (!run_.ledger) return;
    const Json& ledger = *run_.ledger;
    phases(ledger.at("phases"));
    operators(ledger.at("modules"));
    out_.attribute("/overhead", "wall_seconds", number(ledger.at("wall_seconds")));
    out_.attribute("/overhead", "peak_bytes", number(ledger.value("peak_bytes", Json())));
    out_.attribute("/overhead", "uncovered", number(ledger.value("uncovered", Json())));
    const Json formulas = ledger.value("formula_flops", Json::object());  // items() keeps a reference
    for (const auto& [name, flops] : formulas.items())
      out_.attribute("/overhead", "formula_flops_" + name, number(flops));
  }

  void phases(const Json& costs) {
    std::vector<std::string> names, kinds;
    for (const auto& [name, cost] : costs.items()) {
      names.push_back(name);
      kinds.emplace_back(phase_kind_name(kind_of_phase_named(name)));
    }
    out_.strings("/overhead/phase", names);
    out_.strings("/overhead/kind", kinds);
    for (const auto& [field, units] : {std::pair{"seconds", "s"},
                                       {"flops", "FLOP"},
                                       {"bytes", "B"},
                                       {"calls", "times entered"},
                                       {"billed", "s from a cache"}}) {
      Column values;
      for (const auto& [name, cost] : costs.items()) values.push_back(number(cost.value(field, Json(0.0))));
      column(std::string("/overhead/") + field, values, units);
    }
  }

  void operators(const Json& by_phase) {
    std::vector<std::string> phase_names, names;
    Column flops;
    for (const auto& [phase, operators] : by_phase.items())
      for (const auto& [name, cost] : operators.items()) {
        phase_names.push_back(phase);
        names.push_back(name);
        flops.push_back(number(cost));
      }
    out_.strings("/overhead/module_phase", phase_names);
    out_.strings("/overhead/module_name", names);
    column("/overhead/module_flops", flops, "FLOP");
  }

  void evaluation() {
    out_.group("/eval", "rnb-eval");
    for (const char* split : {"valid", "test"}) {
      out_.group(fmt::format("/eval/{}", split), "rnb-eval-split");
      for (const char* grouping : {"original", "active"}) domain_losses(split, grouping);
    }
    scores();
    examples();
  }

  void domain_losses(const char* split, const char* grouping) {
    const std::string path = fmt::format("/eval/{}/{}", split, grouping);
    const EvaluationColumns& e = evaluations(split);
    const auto names = run_.domains(grouping);
    const auto found = e.domains.find(grouping);
    const LossTables losses = found == e.domains.end() ? LossTables{} : found->second;
    out_.group(path, "rnb-domain-losses");
    out_.strings(path + "/domain_names", names);
    column(path + "/step", e.step, "optimiser steps");
    table(path + "/loss", losses.loss, e.step.size(), names.size(), "nats per token");
    table(path + "/tokens", losses.tokens, e.step.size(), names.size(), "completion tokens");
  }

  void scores() {
    if (!run_.scores) return;
    out_.group("/eval/scores", "rnb-scores");
    std::vector<std::string> names;
    Column values;
    for (const auto& [name, value] : run_.scores->at("scores").items()) {
      names.push_back(name);
      values.push_back(number(value));
    }
    out_.strings("/eval/scores/name", names);
    column("/eval/scores/value", values, "share");
  }

  void examples() {
    if (!run_.final_eval) return;
    const Json& last = *run_.final_eval;
    const auto tokens = last.at("tokens").get<std::vector<int64_t>>();
    out_.group("/eval/examples", "rnb-example-losses");
    out_.strings("/eval/examples/id", last.at("id").get<std::vector<std::string>>());
    column("/eval/examples/loss", numbers(last.at("loss")), "nats, sum over the example's tokens");
    out_.integers("/eval/examples/tokens", tokens, {tokens.size()}, "completion tokens");
  }

  void regroup() {
    out_.group("/regroup", "rnb-regroup");
    const Json manifest = start_.value("grouping_manifest", Json::object());
    out_.attribute("/regroup", "manifest", manifest.dump());
    if (!manifest.contains("silhouette")) return;
    const Column k = numbers(manifest.at("silhouette").at("k"));
    column("/regroup/k", k, "clusters");
    column("/regroup/silhouette", numbers(manifest.at("silhouette").at("value")), "1");
    if (manifest.contains("loss")) losses_by_k(manifest.at("loss").at("value"), k.size());
    const auto& table = manifest.at("table");
    const Column counts = concatenated(table);
    const uint64_t rows = table.size();
    out_.doubles("/regroup/original_by_new", counts, {rows, rows ? counts.size() / rows : 0},
                 "training examples");
    if (manifest.contains("keywords"))
      out_.strings("/regroup/keywords", manifest.at("keywords").get<std::vector<std::string>>());
  }

  void losses_by_k(const Json& table, size_t k) {
    const Column loss = concatenated(table);
    if (k == 0 || loss.size() % k != 0)
      fail("results", "the grouping's losses do not have as many rows as it tried k, {}", k);
    out_.doubles("/regroup/loss", loss, {k, loss.size() / k}, "nats per token");
  }

  static Column concatenated(const Json& rows) {
    Column out;
    for (const auto& row : rows)
      for (const auto& v : row) out.push_back(number(v));
    return out;
  }

  void warnings() {
    out_.group("/warnings", "rnb-warnings");
    column("/warnings/step", run_.warnings.step, "optimiser steps");
    out_.strings("/warnings/code", run_.warnings.code);
    out_.strings("/warnings/text", run_.warnings.text);
    out_.attribute("/warnings", "examples_cut", run_.cut ? number(run_.cut->at("examples")) : 0.0);
    out_.attribute("/warnings", "examples_drawn", run_.cut ? number(run_.cut->at("total")) : 0.0);
  }

  const RunRecord& run_;
  const Json& start_;
  Hdf5Writer out_;
};

}  // namespace

void write_run_h5(const fs::path& run_folder) {
  const fs::path log = run_folder / "events.jsonl", final_name = run_folder / "run.h5";
  const RunRecord run = read_run_record(log);
  const fs::path temporary = temporary_name(final_name);
  try {
    RunWriter(run, temporary).write();
    commit_file(temporary, final_name);
  } catch (const nlohmann::json::exception& e) {
    fs::remove(temporary);
    fail("results", "{}: an event lacks a field, or has a wrong one: {}", log.string(), e.what());
  } catch (...) {
    fs::remove(temporary);
    throw;
  }
}

}  // namespace rnb
