#include "results/report_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "results/statistics.h"

namespace rnb {
namespace {

// Keys that name the row or cannot change results.
const std::set<std::string> kRowKeys{"seed",
                                     "store",
                                     "method",
                                     "method-option",
                                     "grouping",
                                     "log-every",
                                     "log_every",
                                     "checkpoint-activations",
                                     "checkpoint-every",
                                     "checkpoint_every",
                                     "deterministic",
                                     "keep-checkpoints",
                                     "keep_checkpoints",
                                     "save-model",
                                     "save_model",
                                     "threads"};

constexpr const char* kStore = "store";  // of a Setting: the digest, since a name is no proof

using Setting = std::map<std::string, std::string>;

// All of a run that decides what it can be compared with, beside data set, grouping, method and seed. An
// empty value is that of a run which knows no such key.
Setting setting_of(const RunSummary& r) {
  Setting out;
  for (const auto& [key, value] : r.experiment.items())
    if (const auto text = value.get<std::string>();
        !kRowKeys.contains(key) && !text.empty() && !(key == "tf32" && text == "off"))
      out[key] = text;
  if (!r.store_digest.empty()) out[kStore] = r.store_digest;
  return out;
}

std::string value_in(const Setting& setting, const std::string& key) {
  const auto found = setting.find(key);
  return found == setting.end() ? "-" : found->second;
}

// The keys that rows differ in. Other data sets have other stores: a store tells rows of one data set apart.
std::set<std::string> differing(const std::vector<std::pair<std::string, Setting>>& rows) {
  std::map<std::string, std::string> first, store;
  std::set<std::string> keys, out;
  for (const auto& [dataset, setting] : rows)
    for (const auto& [key, value] : setting) keys.insert(key);
  for (const auto& [dataset, setting] : rows)
    for (const std::string& key : keys) {
      const std::string value = value_in(setting, key);
      auto& seen = key == kStore ? store : first;
      if (const auto [it, fresh] = seen.emplace(key == kStore ? dataset : key, value); it->second != value)
        out.insert(key);
    }
  return out;
}

std::string in_words(const Setting& setting, const std::set<std::string>& keys) {
  std::string out;
  for (const std::string& key : keys)
    out += fmt::format("{}{}={}", out.empty() ? "" : ", ", key,
                       key == kStore ? value_in(setting, key).substr(0, 12) : value_in(setting, key));
  return out;
}

struct Row {
  std::vector<const RunSummary*> runs;  // by seed
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

}  // namespace

std::string run_setting(const RunSummary& r) {
  std::string out;
  for (const auto& [key, value] : setting_of(r)) out += fmt::format("{}={};", key, value);
  return out;
}

ReportTable report_table(const std::vector<RunSummary>& runs, const std::string& baseline) {
  ReportTable table;
  std::map<std::tuple<std::string, Setting, std::string, std::string>, Row>
      rows;  // data set, setting, grouping, method
  bool partial = false, shared = false;
  std::set<std::string> seen, labels;
  bool diverged = false;
  for (const RunSummary& r : runs) {
    if (!seen.insert(r.run_id).second) continue;  // the same run, named twice or copied
    if (r.status != "complete") {
      partial = true;
      continue;
    }
    labels.insert(r.label);
    shared |= r.shared_machine;
    diverged |= std::isnan(r.test_loss);
    add_run(rows[{r.dataset, setting_of(r), r.grouping, r.label}], r);
  }
  if (baseline != "stratified" && std::none_of(rows.begin(), rows.end(), [&](const auto& row) {
        return std::get<3>(row.first) == baseline;
      }))
    fail("report", "no complete run is of the method '{}'; methods here: {}", baseline,
         fmt::join(labels, ", "));
  const bool weighted =
      std::any_of(runs.begin(), runs.end(), [](const RunSummary& r) { return !std::isnan(r.weighted_loss); });
  const bool budgeted = std::any_of(runs.begin(), runs.end(), [](const RunSummary& r) {
    return !r.experiment.value("budget", "").empty();
  });
  std::set<std::string> spent;  // methods that left nothing to their main run
  std::vector<std::pair<std::string, Setting>> pairs;
  for (const auto& [key, row] : rows) pairs.emplace_back(std::get<0>(key), std::get<1>(key));
  const std::set<std::string> keys = differing(pairs);
  std::vector<std::string> settings;  // in words, numbered from 1
  table.columns = {"data set",
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
  if (weighted)
    table.columns.insert(table.columns.end(), {"weighted loss", "weighted vs " + baseline + " [95 %]"});
  if (budgeted) table.columns.push_back("steps");
  if (!keys.empty()) table.columns.push_back("setting");
  for (auto& [key, row] : rows) {
    const auto& [dataset, set, grouping, label] = key;
    const auto find = [&](const std::string& g, const std::string& method) -> const Row* {
      const auto it = rows.find({dataset, set, g, method});
      return it == rows.end() ? nullptr : &it->second;
    };
    const Row* base = find(grouping, baseline) ? find(grouping, baseline) : find("original", baseline);
    const auto test_loss = [](const RunSummary& r) { return r.test_loss; };
    const auto weighted_loss = [](const RunSummary& r) { return r.weighted_loss; };
    const auto exclusive = [](const RunSummary& r, double v) { return r.shared_machine ? std::nan("") : v; };
    std::vector<std::string> cells{
        dataset,
        grouping,
        label,
        std::to_string(row.runs.size()),
        plus_minus(spread_of(row, test_loss), 4),
        paired(row, base, test_loss),
        paired(row, find("original", "natural"), test_loss),
        mean_of(row, "{:.4f}", [](const RunSummary& r) { return r.domain_mean_loss; }),
        mean_of(row, "{:.2f}", [](const RunSummary& r) { return 100 * r.accuracy; }),
        mean_of(row, "{:.2f}",
                [&](const RunSummary& r) { return exclusive(r, 100 * r.overhead(r.seconds)); }),
        mean_of(row, "{:.3f}", [](const RunSummary& r) { return 100 * r.overhead(r.flops); }),
        mean_of(row, "{:.4f}", [](const RunSummary& r) { return 100 * r.formula_overhead; }),
        mean_of(row, "{:.1f}", [](const RunSummary& r) {
          return r.seconds.contains("regroup") ? r.seconds.at("regroup") : 0.0;
        })};
    if (weighted)
      cells.insert(cells.end(),
                   {plus_minus(spread_of(row, weighted_loss), 4), paired(row, base, weighted_loss)});
    if (budgeted) {
      cells.push_back(mean_of(row, "{:.0f}", [](const RunSummary& r) { return r.steps; }));
      for (const RunSummary* r : row.runs)
        if (r->steps == 0) spent.insert(label);
    }
    if (!keys.empty()) {
      const std::string words = in_words(set, keys);
      auto at = std::find(settings.begin(), settings.end(), words);
      if (at == settings.end()) at = settings.insert(at, words);
      cells.push_back(std::to_string(at - settings.begin() + 1));
    }
    table.rows.push_back(std::move(cells));
  }
  table.notes.push_back(
      "test loss: nats per completion token (of a CLIP: per pair), mean ± standard deviation over seeds; "
      "differences are paired by "
      "seed (negative is better).");
  if (weighted)
    table.notes.push_back(
        "weighted loss: the test losses of the domains by the data set's own evaluation weights.");
  table.notes.push_back(
      "overhead: what the method itself costs / training; the paper's formula counts T m^2 N against 6 N D_t "
      "and takes accumulation as free.");
  if (budgeted)
    table.notes.push_back("steps: those of the main run that the method's own cost left of the budget.");
  if (!spent.empty())
    table.notes.push_back(fmt::format(
        "spent the whole budget before the main run, so that the loss is that of the untrained model: {}.",
        fmt::join(spent, ", ")));
  if (partial) table.notes.push_back("runs that did not finish are left out.");
  if (diverged) table.notes.push_back("a row with a run whose test loss is not a number shows no mean.");
  if (table.rows.empty()) table.notes.push_back("no run is complete.");
  if (shared) table.notes.push_back("runs that shared the machine are left out of the overhead seconds.");
  for (size_t i = 0; i < settings.size(); ++i)
    table.notes.push_back(fmt::format("setting {}: {}", i + 1, settings[i]));
  return table;
}

namespace {

size_t display_width(const std::string& text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string text_table(const ReportTable& t) {
  std::vector<size_t> width;
  for (const auto& c : t.columns) width.push_back(display_width(c));
  for (const auto& row : t.rows)
    for (size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], display_width(row[i]));
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string out;
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string pad(width[i] - display_width(cells[i]), ' ');
      out += (i ? "  " : "") + (i < 3 ? cells[i] + pad : pad + cells[i]);
    }
    return out + "\n";
  };
  std::string out = line(t.columns);
  for (const auto& row : t.rows) out += line(row);
  for (const auto& note : t.notes) out += "  " + note + "\n";
  return out;
}

std::string escaped(const std::string& cell, TableFormat format) {
  std::string out;
  for (const char c : cell) {
    if (format == TableFormat::Csv && c == '"') out += '"';
    if (format == TableFormat::Markdown && c == '|') out += '\\';
    if (format == TableFormat::Latex && (c == '\\' || c == '~' || c == '^')) {
      out += fmt::format("\\char{}{{}}", static_cast<int>(c));
      continue;
    }
    if (format == TableFormat::Latex && std::string_view("%&_#${}").find(c) != std::string_view::npos)
      out += '\\';
    out += c;
  }
  if (format == TableFormat::Csv && out.find_first_of(",\"\n") != std::string::npos) return '"' + out + '"';
  if (format == TableFormat::Latex)
    for (size_t at; (at = out.find("±")) != std::string::npos;)
      out.replace(at, std::string("±").size(), "$\\pm$");
  return out;
}

}  // namespace

std::string render(const ReportTable& t, TableFormat format) {
  if (format == TableFormat::Text) return text_table(t);
  const char* const between = format == TableFormat::Csv        ? ","
                              : format == TableFormat::Markdown ? " | "
                                                                : " & ";
  const auto line = [&](const std::vector<std::string>& cells) {
    std::vector<std::string> safe;
    for (const auto& c : cells) safe.push_back(escaped(c, format));
    const std::string body = fmt::format("{}", fmt::join(safe, between));
    return format == TableFormat::Markdown ? "| " + body + " |\n"
           : format == TableFormat::Latex  ? body + " \\\\\n"
                                           : body + "\n";
  };
  std::string out;
  if (format == TableFormat::Latex)
    out += fmt::format("\\begin{{tabular}}{{{}}}\n\\hline\n", std::string(t.columns.size(), 'l'));
  out += line(t.columns);
  if (format == TableFormat::Markdown) {
    out += "|";
    for (size_t i = 0; i < t.columns.size(); ++i) out += i < 3 ? "---|" : "---:|";
    out += "\n";
  }
  if (format == TableFormat::Latex) out += "\\hline\n";
  for (const auto& row : t.rows) out += line(row);
  if (format == TableFormat::Latex) out += "\\hline\n\\end{tabular}\n";
  if (format == TableFormat::Markdown) {
    out += "\n";
    for (const auto& note : t.notes) out += "- " + note + "\n";
  }
  return out;
}

}  // namespace rnb
