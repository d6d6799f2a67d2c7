#include "results/write_run_h5.h"

#include <cmath>
#include <limits>
#include <map>

#include "base/atomic_file.h"
#include "base/error.h"
#include "results/event_log.h"
#include "results/hdf5_file.h"
#include "results/phases.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

double number(const Json& v) {
  return v.is_number() ? v.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

void append(std::vector<double>& out, const Json& array) {
  for (const auto& v : array) out.push_back(number(v));
}

std::vector<const Json*> select(const std::vector<Json>& events, const char* kind,
                                const char* split = nullptr) {
  std::vector<const Json*> out;
  for (const Json& e : events)
    if (e.value("event", "") == kind && (!split || e.value("split", "") == split)) out.push_back(&e);
  return out;
}

class RunWriter {
 public:
  RunWriter(const std::vector<Json>& events, const fs::path& file)
      : events_(events), start_(events.front()), out_(file) {}

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
  void root() {
    out_.group("/", "rnb-run");
    const auto ends = select(events_, "end");
    out_.attribute("/", "status", ends.empty() ? "partial" : ends.back()->value("status", "failed"));
    for (const char* key : {"run_id", "label", "dataset", "grouping"})
      out_.attribute("/", key, start_.value(key, ""));
    out_.attribute("/", "parameters", number(start_.value("parameters", Json())));
  }

  void provenance() {
    out_.group("/provenance", "rnb-provenance");
    out_.attribute("/provenance", "experiment", start_.value("experiment", Json::object()).dump());
    const Json made = start_.value("provenance", Json::object());
    for (const auto& [key, value] : made.items())
      out_.attribute("/provenance", key, value.is_string() ? value.get<std::string>() : value.dump());
    const auto ends = select(events_, "end");
    out_.attribute("/provenance", "stop_utc", ends.empty() ? "" : ends.back()->value("utc", ""));
    std::vector<std::string> resumed;
    for (const Json* e : select(events_, "resume"))
      resumed.push_back(std::to_string(e->value("step", int64_t{0})));
    out_.strings("/provenance/resumed_at_step", resumed);
  }

  void column(const std::string& path, const std::vector<const Json*>& rows, const char* field,
              std::string_view units) {
    std::vector<double> values;
    for (const Json* r : rows) values.push_back(number(r->value(field, Json())));
    out_.doubles(path, values, {values.size()}, units);
  }

  // A curve's value against step, tokens, FLOPs and seconds; evaluations take those of the last step event
  // before.
  void curve(const std::string& name, const std::vector<const Json*>& rows, const char* field,
             std::string_view units) {
    const std::string path = "/curves/" + name;
    out_.group(path, "rnb-curve");
    column(path + "/step", rows, "step", "optimiser steps");
    column(path + "/value", rows, field, units);
    const auto steps = select(events_, "step");
    for (const auto& [axis, unit] :
         {std::pair{"tokens", "completion tokens"}, {"flops", "FLOP"}, {"seconds", "s"}}) {
      std::vector<double> values;
      size_t passed = 0;  // step events at or before the row; both lists are in the order of steps
      for (const Json* r : rows) {
        while (passed < steps.size() && steps[passed]->at("step") <= r->at("step")) ++passed;
        values.push_back(passed == 0 ? 0 : number(steps[passed - 1]->at(axis)));
      }
      out_.doubles(path + "/" + axis, values, {values.size()}, unit);
    }
  }

  void curves() {
    out_.group("/curves", "rnb-curves");
    const auto steps = select(events_, "step");
    curve("train_loss", steps, "loss", "nats per token");
    curve("learning_rate", steps, "lr", "1");
    curve("gradient_norm", steps, "grad_norm", "1");
    for (const char* split : {"valid", "test"}) {
      const auto rows = select(events_, "eval", split);
      curve(std::string(split) + "_loss", rows, "loss", "nats per token");
      curve(std::string(split) + "_domain_mean_loss", rows, "domain_mean_loss", "nats per token");
      curve(std::string(split) + "_accuracy", rows, "accuracy", "share of tokens");
      if (!rows.empty() && rows.front()->contains("weighted_loss"))
        curve(std::string(split) + "_weighted_loss", rows, "weighted_loss", "nats per token");
    }
  }

  void matrix(const std::string& path, const std::vector<const Json*>& rows, const char* field, size_t m,
              std::string_view units) {
    std::vector<double> values;
    for (const Json* r : rows) append(values, r->at(field));
    if (values.size() != rows.size() * m)
      fail("results", "event field \"{}\" does not have {} values in every event", field, m);
    out_.doubles(path, values, {rows.size(), m}, units);
  }

  void mixture() {
    out_.group("/mixture", "rnb-mixture");
    const auto names = start_.at("domains").at("active").get<std::vector<std::string>>();
    out_.strings("/mixture/domain_names", names);
    const auto proposed = select(events_, "mixture");
    column("/mixture/step", proposed, "first_used", "first step that used it");
    matrix("/mixture/proposed", proposed, "p", names.size(), "share");
    const auto steps = select(events_, "step");
    column("/mixture/realised_step", steps, "step", "optimiser steps");
    matrix("/mixture/realised_counts", steps, "counts", names.size(), "examples since the previous row");
    matrix("/mixture/epochs", steps, "epochs", names.size(), "passes over the domain");
    const auto vector = [&](const char* field, std::string_view units) {
      std::vector<double> values;
      append(values, start_.value(field, Json::array()));
      out_.doubles(std::string("/mixture/") + field, values, {values.size()}, units);
    };
    vector("evaluation_weights", "share");
    vector("train_examples", "examples");
  }

  void signals() {
    out_.group("/signals", "rnb-signals");
    const auto rows = select(events_, "signal");
    column("/signals/step", rows, "step", "optimiser steps");
    std::vector<std::string> call, data, record;
    for (const Json* r : rows) {
      call.push_back(r->value("call", ""));
      data.push_back(r->value("data", Json()).dump());
      record.push_back(r->value("record", Json()).dump());
    }
    out_.strings("/signals/call", call);
    out_.strings("/signals/data", data);
    out_.strings("/signals/record", record);
  }

  void overhead() {
    out_.group("/overhead", "rnb-overhead");
    const auto ledgers = select(events_, "ledger");
    if (ledgers.empty()) return;
    const Json& last = *ledgers.back();
    std::vector<std::string> phases, kinds, module_phase, module_name;
    std::map<std::string, std::vector<double>> columns;
    std::vector<double> module_flops;
    for (const auto& [name, cost] : last.at("phases").items()) {
      phases.push_back(name);
      kinds.emplace_back(phase_kind_name(kind_of_phase_named(name)));
      for (const char* field : {"seconds", "flops", "bytes", "calls", "billed"})
        columns[field].push_back(number(cost.value(field, Json(0.0))));
    }
    out_.strings("/overhead/phase", phases);
    out_.strings("/overhead/kind", kinds);
    const std::map<std::string, std::string> units{{"seconds", "s"},
                                                   {"flops", "FLOP"},
                                                   {"bytes", "B"},
                                                   {"calls", "times entered"},
                                                   {"billed", "s from a cache"}};
    for (const auto& [field, values] : columns)
      out_.doubles("/overhead/" + field, values, {values.size()}, units.at(field));
    for (const auto& [phase, operators] : last.at("modules").items())
      for (const auto& [name, flops] : operators.items()) {
        module_phase.push_back(phase);
        module_name.push_back(name);
        module_flops.push_back(number(flops));
      }
    out_.strings("/overhead/module_phase", module_phase);
    out_.strings("/overhead/module_name", module_name);
    out_.doubles("/overhead/module_flops", module_flops, {module_flops.size()}, "FLOP");
    out_.attribute("/overhead", "wall_seconds", number(last.at("wall_seconds")));
    out_.attribute("/overhead", "peak_bytes", number(last.value("peak_bytes", Json())));
    out_.attribute("/overhead", "uncovered", number(last.value("uncovered", Json())));
    const Json formulas = last.value("formula_flops", Json::object());  // items() keeps a reference
    for (const auto& [name, flops] : formulas.items())
      out_.attribute("/overhead", "formula_flops_" + name, number(flops));
  }

  void evaluation() {
    out_.group("/eval", "rnb-eval");
    for (const char* split : {"valid", "test"}) {
      out_.group(fmt::format("/eval/{}", split), "rnb-eval-split");
      for (const char* grouping : {"original", "active"}) {
        const std::string path = fmt::format("/eval/{}/{}", split, grouping);
        out_.group(path, "rnb-domain-losses");
        const auto names = start_.at("domains").at(grouping).get<std::vector<std::string>>();
        const auto rows = select(events_, "eval", split);
        out_.strings(path + "/domain_names", names);
        column(path + "/step", rows, "step", "optimiser steps");
        std::vector<double> loss, tokens;
        for (const Json* r : rows) {
          append(loss, r->at(grouping).at("loss"));
          append(tokens, r->at(grouping).at("tokens"));
        }
        out_.doubles(path + "/loss", loss, {rows.size(), names.size()}, "nats per token");
        out_.doubles(path + "/tokens", tokens, {rows.size(), names.size()}, "completion tokens");
      }
    }
    if (const auto rows = select(events_, "scores"); !rows.empty()) {
      out_.group("/eval/scores", "rnb-scores");
      std::vector<std::string> names;
      std::vector<double> values;
      const Json scores = rows.back()->at("scores");
      for (const auto& [name, value] : scores.items()) {
        names.push_back(name);
        values.push_back(number(value));
      }
      out_.strings("/eval/scores/name", names);
      out_.doubles("/eval/scores/value", values, {values.size()}, "share");
    }
    const auto final_eval = select(events_, "final_eval");
    if (final_eval.empty()) return;
    out_.group("/eval/examples", "rnb-example-losses");
    const Json& f = *final_eval.back();
    std::vector<double> loss;
    append(loss, f.at("loss"));
    const auto tokens = f.at("tokens").get<std::vector<int64_t>>();
    out_.strings("/eval/examples/id", f.at("id").get<std::vector<std::string>>());
    out_.doubles("/eval/examples/loss", loss, {loss.size()}, "nats, sum over the example's tokens");
    out_.integers("/eval/examples/tokens", tokens, {tokens.size()}, "completion tokens");
  }

  void regroup() {
    out_.group("/regroup", "rnb-regroup");
    const Json manifest = start_.value("grouping_manifest", Json::object());
    out_.attribute("/regroup", "manifest", manifest.dump());
    if (!manifest.contains("silhouette")) return;
    std::vector<double> k, s;
    append(k, manifest.at("silhouette").at("k"));
    append(s, manifest.at("silhouette").at("value"));
    out_.doubles("/regroup/k", k, {k.size()}, "clusters");
    out_.doubles("/regroup/silhouette", s, {s.size()}, "1");
    if (manifest.contains("loss")) {
      std::vector<double> loss;
      for (const auto& row : manifest.at("loss").at("value")) append(loss, row);
      if (k.empty() || loss.size() % k.size() != 0)
        fail("results", "the grouping's losses do not have as many rows as it tried k, {}", k.size());
      out_.doubles("/regroup/loss", loss, {k.size(), loss.size() / k.size()}, "nats per token");
    }
    const auto& table = manifest.at("table");
    std::vector<double> counts;
    for (const auto& row : table) append(counts, row);
    const uint64_t rows = table.size();
    out_.doubles("/regroup/original_by_new", counts, {rows, rows ? counts.size() / rows : 0},
                 "training examples");
    if (manifest.contains("keywords"))
      out_.strings("/regroup/keywords", manifest.at("keywords").get<std::vector<std::string>>());
  }

  void warnings() {
    out_.group("/warnings", "rnb-warnings");
    const auto rows = select(events_, "warning");
    column("/warnings/step", rows, "step", "optimiser steps");
    std::vector<std::string> code, text;
    for (const Json* r : rows) {
      code.push_back(r->value("code", ""));
      text.push_back(r->value("text", ""));
    }
    out_.strings("/warnings/code", code);
    out_.strings("/warnings/text", text);
    const auto cuts = select(events_, "cut");
    out_.attribute("/warnings", "examples_cut", cuts.empty() ? 0.0 : number(cuts.back()->at("examples")));
    out_.attribute("/warnings", "examples_drawn", cuts.empty() ? 0.0 : number(cuts.back()->at("total")));
  }

  const std::vector<Json>& events_;
  const Json& start_;
  Hdf5Writer out_;
};

}  // namespace

void write_run_h5(const fs::path& run_folder) {
  const auto events = read_events(run_folder / "events.jsonl");
  for (size_t i = 0; i < events.size(); ++i)
    if (!events[i].is_object())
      fail("results", "{}:{}: is not a JSON object", (run_folder / "events.jsonl").string(), i + 1);
  if (events.empty() || events.front().value("event", Json()) != "start")
    fail("results", "{}: does not begin with a start event", (run_folder / "events.jsonl").string());
  const fs::path final_name = run_folder / "run.h5", temporary = temporary_name(final_name);
  try {
    RunWriter(events, temporary).write();
    commit_file(temporary, final_name);
  } catch (const nlohmann::json::exception& e) {
    fs::remove(temporary);
    fail("results", "{}: an event lacks a field, or has a wrong one: {}",
         (run_folder / "events.jsonl").string(), e.what());
  } catch (...) {
    fs::remove(temporary);
    throw;
  }
}

}  // namespace rnb
