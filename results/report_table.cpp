#include "results/report_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "results/statistics.h"
#include "results/table_row.h"

namespace rnb {
namespace {

struct Row {
  std::vector<const RunSummary*> runs;  // one per seed
};

std::string plus_minus(const Spread& s, int digits) {
  if (s.n == 0 || std::isnan(s.mean)) return "-";
  return std::isnan(s.deviation) ? fmt::format("{:.{}f}", s.mean, digits)
                                 : fmt::format("{:.{}f} ± {:.{}f}", s.mean, digits, s.deviation, digits);
}

template <typename Value>
Spread spread_of(const Row& row, const Value& value) {
  std::vector<double> values;
  for (const RunSummary* r : row.runs) values.push_back(value(*r));
  return spread(values);
}

template <typename Value>
std::string paired(const Row& row, const Row* base, const Value& value) {
  if (!base || base == &row) return "-";
  std::vector<double> differences;
  for (const RunSummary* a : row.runs)
    for (const RunSummary* b : base->runs)
      if (a->seed() == b->seed()) differences.push_back(value(*a) - value(*b));
  const Spread s = spread(differences);
  if (s.n == 0 || std::isnan(s.mean)) return "-";
  const double half = half_width_95(s);
  return std::isnan(half) ? fmt::format("{:+.4f}", s.mean)
                          : fmt::format("{:+.4f} [{:+.4f}, {:+.4f}]", s.mean, s.mean - half, s.mean + half);
}

// A seed stands for one run. Two runs of one row and seed would count it twice and pair it wrongly.
void add_run(Row& row, const RunSummary& r) {
  for (const RunSummary* other : row.runs)
    if (other->seed() == r.seed())
      fail("report",
           "{} and {}: two different runs of {} on {} ({}) with seed {}; name one of them. Was a grouping "
           "made "
           "anew between them?",
           other->file.string(), r.file.string(), r.label, r.dataset, r.grouping, r.seed());
  row.runs.push_back(&r);
}

template <typename Value>
std::string mean_of(const Row& row, const char* format, const Value& value) {
  std::vector<double> values;
  for (const RunSummary* r : row.runs)
    if (const double v = value(*r); !std::isnan(v)) values.push_back(v);
  return values.empty() ? "-" : fmt::format(fmt::runtime(format), spread(values).mean);
}

// Data set, settings, grouping, method: the order of the table's rows.
using RowPlace = std::tuple<std::string, RowKeys, std::string, std::string>;

struct Gathered {
  std::map<RowPlace, Row> rows;
  std::set<std::string> methods;
  std::set<std::string> differing;  // settings that the rows differ in
  bool partial = false, shared = false, diverged = false, weighted = false, budgeted = false;
};

Gathered gather(const std::vector<RunSummary>& runs) {
  Gathered out;
  std::set<std::string> seen;
  std::vector<RowKeys> keys;
  for (const RunSummary& r : runs) {
    out.weighted |= !std::isnan(r.weighted_loss);
    out.budgeted |= !r.experiment.value("budget", "").empty();
    if (!seen.insert(r.run_id).second) continue;  // the same run, named twice or copied
    if (r.status != "complete") {
      out.partial = true;
      continue;
    }
    out.shared |= r.shared_machine;
    out.diverged |= std::isnan(r.test_loss);
    const RowKeys row = row_of(r);
    out.methods.insert(row.at("method"));
    keys.push_back(row);
    add_run(out.rows[{row.at("dataset"), settings_of(row), row.at("grouping"), row.at("method")}], r);
  }
  out.differing = differing_settings(keys);
  return out;
}

std::vector<std::string> columns_of(const Gathered& g, const std::string& baseline) {
  std::vector<std::string> columns{"data set",
                                   "grouping",
                                   "method",
                                   "seeds",
                                   "test loss",
                                   "vs " + baseline + " [95 %]",
                                   "vs natural [95 %]",
                                   "domain mean",
                                   "accuracy %",
                                   "overhead s %",
                                   "overhead FLOPs %",
                                   "paper's formula %",
                                   "regroup s"};
  if (g.weighted) columns.insert(columns.end(), {"weighted loss", "weighted vs " + baseline + " [95 %]"});
  if (g.budgeted) columns.push_back("steps");
  if (!g.differing.empty()) columns.push_back("setting");
  return columns;
}

double test_loss(const RunSummary& r) {
  return r.test_loss;
}

// In % of the run's own steps; of a machine that was shared the seconds say little.
double overhead_seconds(const RunSummary& r) {
  return r.shared_machine ? std::nan("") : 100 * r.overhead(r.seconds);
}

double regroup_seconds(const RunSummary& r) {
  return r.seconds.contains("regroup") ? r.seconds.at("regroup") : 0.0;
}

// All but the setting's number.
std::vector<std::string> cells_of(const Gathered& g, const RowPlace& place, const std::string& baseline) {
  const auto& [dataset, settings, grouping, method] = place;
  const Row& row = g.rows.at(place);
  const auto find = [&](const std::string& in, const std::string& label) -> const Row* {
    const auto it = g.rows.find({dataset, settings, in, label});
    return it == g.rows.end() ? nullptr : &it->second;
  };
  const Row* base = find(grouping, baseline) ? find(grouping, baseline) : find("original", baseline);
  std::vector<std::string> cells{
      dataset,
      grouping,
      method,
      std::to_string(row.runs.size()),
      plus_minus(spread_of(row, test_loss), 4),
      paired(row, base, test_loss),
      paired(row, find("original", "natural"), test_loss),
      mean_of(row, "{:.4f}", [](const RunSummary& r) { return r.domain_mean_loss; }),
      mean_of(row, "{:.2f}", [](const RunSummary& r) { return 100 * r.accuracy; }),
      mean_of(row, "{:.2f}", overhead_seconds),
      mean_of(row, "{:.3f}", [](const RunSummary& r) { return 100 * r.overhead(r.flops); }),
      mean_of(row, "{:.4f}", [](const RunSummary& r) { return 100 * r.formula_overhead; }),
      mean_of(row, "{:.1f}", regroup_seconds)};
  const auto weighted_loss = [](const RunSummary& r) { return r.weighted_loss; };
  if (g.weighted)
    cells.insert(cells.end(),
                 {plus_minus(spread_of(row, weighted_loss), 4), paired(row, base, weighted_loss)});
  if (g.budgeted) cells.push_back(mean_of(row, "{:.0f}", [](const RunSummary& r) { return r.steps; }));
  return cells;
}

// Methods that left nothing of the budget to their main run.
std::set<std::string> spent_all(const Gathered& g) {
  std::set<std::string> out;
  for (const auto& [place, row] : g.rows)
    for (const RunSummary* r : row.runs)
      if (g.budgeted && r->steps == 0) out.insert(std::get<3>(place));
  return out;
}

std::vector<std::string> notes_of(const Gathered& g) {
  std::vector<std::string> notes{
      "test loss: nats per completion token (of a CLIP: per pair), mean ± standard deviation over seeds; "
      "differences are paired by seed (negative is better)."};
  if (g.weighted)
    notes.emplace_back(
        "weighted loss: the test losses of the domains by the data set's own evaluation weights.");
  notes.emplace_back(
      "overhead: what the method itself costs / training; the paper's formula counts T m^2 N against 6 N D_t "
      "and takes accumulation as free.");
  if (g.budgeted)
    notes.emplace_back("steps: those of the main run that the method's own cost left of the budget.");
  if (const auto spent = spent_all(g); !spent.empty())
    notes.push_back(fmt::format(
        "spent the whole budget before the main run, so that the loss is that of the untrained model: {}.",
        fmt::join(spent, ", ")));
  if (g.partial) notes.emplace_back("runs that did not finish are left out.");
  if (g.diverged) notes.emplace_back("a row with a run whose test loss is not a number shows no mean.");
  if (g.rows.empty()) notes.emplace_back("no run is complete.");
  if (g.shared) notes.emplace_back("runs that shared the machine are left out of the overhead seconds.");
  return notes;
}

}  // namespace

ReportTable report_table(const std::vector<RunSummary>& runs, const std::string& baseline) {
  const Gathered g = gather(runs);
  if (baseline != "stratified" && !g.methods.contains(baseline))
    fail("report", "no complete run is of the method '{}'; methods here: {}", baseline,
         fmt::join(g.methods, ", "));
  ReportTable table{columns_of(g, baseline), {}, notes_of(g)};
  std::vector<std::string> settings;  // in words, numbered from 1
  for (const auto& [place, row] : g.rows) {
    table.rows.push_back(cells_of(g, place, baseline));
    if (g.differing.empty()) continue;
    const std::string words = setting_words(std::get<RowKeys>(place), g.differing);
    auto at = std::find(settings.begin(), settings.end(), words);
    if (at == settings.end()) at = settings.insert(at, words);
    table.rows.back().push_back(std::to_string(at - settings.begin() + 1));
  }
  for (size_t i = 0; i < settings.size(); ++i)
    table.notes.push_back(fmt::format("setting {}: {}", i + 1, settings[i]));
  return table;
}

}  // namespace rnb
