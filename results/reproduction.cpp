#include "results/reproduction.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/error.h"

namespace rnb {
namespace {

// "original" or "regrouped", for what the paper calls a grouping and for a run's.
std::string kind_of(const std::string& grouping) {
  if (grouping == "original") return "original";
  return grouping.starts_with("random") ? "random" : "regrouped";
}

bool is_loss(const PaperNumber& p) {
  return (p.quantity == "test loss" || p.quantity == "evaluation loss") &&
         p.domains.find('-') == std::string::npos;
}

struct Key {
  std::string kind, method;
  auto operator<=>(const Key&) const = default;
};

struct Printed {
  std::vector<std::string> where;
  std::optional<double> loss, overhead;
};

// In the paper's order. Of a loss that is printed more than once the first counts: Figure 4's longer runs
// come last.
std::vector<std::pair<Key, Printed>> by_cell(const std::vector<PaperNumber>& printed) {
  std::vector<std::pair<Key, Printed>> cells;
  for (const PaperNumber& p : printed) {
    const bool overhead = p.quantity == "overhead";
    if (p.method.empty() || (!overhead && !is_loss(p))) continue;
    const Key key{kind_of(p.grouping), p.method};
    auto at = std::find_if(cells.begin(), cells.end(), [&](const auto& cell) { return cell.first == key; });
    if (at == cells.end()) at = cells.insert(cells.end(), {key, {}});
    auto& value = overhead ? at->second.overhead : at->second.loss;
    if (!value) value = p.value;
    if (std::find(at->second.where.begin(), at->second.where.end(), p.where) == at->second.where.end())
      at->second.where.push_back(p.where);
  }
  return cells;
}

// Test loss by seed.
using BySeed = std::map<std::string, double>;

BySeed losses_of(const std::vector<const RunSummary*>& runs) {
  BySeed out;
  for (const RunSummary* run : runs)
    if (!out.emplace(run->seed(), run->test_loss).second)
      fail("reproduce",
           "two runs of {} on {} domains with seed {}, {} the second; name runs of one setting only",
           run->label, run->grouping, run->seed(), run->file.string());
  return out;
}

Spread spread_of(const BySeed& values) {
  std::vector<double> list;
  for (const auto& [seed, value] : values) list.push_back(value);
  return spread(list);
}

Spread paired(const BySeed& a, const BySeed& b) {
  std::vector<double> differences;
  for (const auto& [seed, value] : a)
    if (const auto other = b.find(seed); other != b.end()) differences.push_back(value - other->second);
  return spread(differences);
}

std::string interval(const Spread& s, int digits) {
  if (s.n == 0) return "-";
  if (s.n == 1) return fmt::format("{:.{}f} (1 seed)", s.mean, digits);
  return fmt::format("{:.{}f} ± {:.{}f}", s.mean, digits, half_width_95(s), digits);
}

std::string shown(const std::optional<double>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

}  // namespace

std::string loss_verdict(std::optional<double> printed, const Spread& here) {
  if (here.n == 0) return "no run";
  if (!printed) return "not printed";
  const double off = here.mean - *printed;
  if (here.n == 1) return fmt::format("{:+.3f}, one seed only", off);
  if (std::abs(off) <= half_width_95(here)) return "agrees";
  return fmt::format("{:+.3f}", off);
}

std::string gap_verdict(std::optional<double> printed, const Spread& here) {
  if (here.n == 0 || !printed) return "-";
  if (here.n == 1) return "one seed only";
  if (std::abs(here.mean) <= half_width_95(here)) return "cannot be told from 0";
  if (*printed == 0) return "printed as none";
  return (*printed < 0) == (here.mean < 0) ? "same direction" : "opposite direction";
}

std::vector<Comparison> compare_with_printed(const std::vector<PaperNumber>& printed,
                                             const std::vector<RunSummary>& runs) {
  std::map<Key, std::map<std::pair<std::string, std::string>, std::vector<const RunSummary*>>> found;
  for (const RunSummary& run : runs)
    if (run.status == "complete" && std::isfinite(run.test_loss))
      found[{kind_of(run.grouping), run.experiment.value("method", "")}][{run.grouping, run.label}].push_back(
          &run);
  BySeed base;
  if (const auto at = found.find({"original", "stratified"}); at != found.end())
    base = losses_of(at->second.begin()->second);

  const auto cells = by_cell(printed);
  std::optional<double> printed_base;
  for (const auto& [key, cell] : cells)
    if (key == Key{"original", "stratified"}) printed_base = cell.loss;
  std::vector<Comparison> rows;
  for (const auto& [key, cell] : cells) {
    Comparison row;
    row.where = fmt::format("{}", fmt::join(cell.where, "; "));
    row.grouping = key.kind;
    row.method = key.method;
    row.printed_loss = cell.loss;
    row.printed_overhead = cell.overhead;
    const bool is_base = key == Key{"original", "stratified"};
    if (!is_base && cell.loss && printed_base) row.printed_gap = *cell.loss - *printed_base;
    const auto at = found.find(key);
    if (at == found.end()) {
      row.loss_verdict = loss_verdict(row.printed_loss, row.loss);
      row.gap_verdict = gap_verdict(row.printed_gap, row.gap);
      rows.push_back(row);
      continue;
    }
    for (const auto& [name, group] : at->second) {
      Comparison one = row;
      one.grouping = name.first;
      one.label = name.second;
      const BySeed losses = losses_of(group);
      std::vector<double> overheads;
      for (const RunSummary* run : group) overheads.push_back(100 * run->overhead(run->flops));
      one.loss = spread_of(losses);
      if (!is_base) one.gap = paired(losses, base);
      one.overhead = spread(overheads);
      one.loss_verdict = loss_verdict(one.printed_loss, one.loss);
      one.gap_verdict = gap_verdict(one.printed_gap, one.gap);
      rows.push_back(one);
    }
  }
  return rows;
}

std::string render(const std::vector<Comparison>& rows) {
  std::vector<std::vector<std::string>> table{{"grouping", "method", "printed", "here [95 %]", "",
                                               "gap printed", "gap here [95 %]", "", "overhead % printed",
                                               "here", "where"}};
  for (const Comparison& r : rows)
    table.push_back({r.grouping, r.label.empty() ? r.method : r.label, shown(r.printed_loss, "{:.4g}"),
                     interval(r.loss, 4), r.loss_verdict, shown(r.printed_gap, "{:+.3f}"), interval(r.gap, 4),
                     r.gap_verdict, shown(r.printed_overhead, "{:.4g}"),
                     r.overhead.n ? fmt::format("{:.4g}", r.overhead.mean) : "-", r.where});
  std::vector<size_t> width(table[0].size(), 0);
  const auto columns_of = [](const std::string& text) {  // ± is one column in two bytes
    return static_cast<size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
  };
  for (const auto& row : table)
    for (size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], columns_of(row[i]));
  std::string out;
  for (const auto& row : table) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(width[i] - columns_of(row[i]) + 2, ' ');
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

nlohmann::json to_json(const Comparison& r) {
  const auto optional = [](const std::optional<double>& v) {
    return v ? nlohmann::json(*v) : nlohmann::json();
  };
  const auto over_seeds = [](const Spread& s) {
    return nlohmann::json{{"mean", s.mean}, {"half_width_95", half_width_95(s)}, {"seeds", s.n}};
  };
  return {{"where", r.where},
          {"grouping", r.grouping},
          {"method", r.method},
          {"label", r.label},
          {"printed_loss", optional(r.printed_loss)},
          {"printed_gap", optional(r.printed_gap)},
          {"printed_overhead", optional(r.printed_overhead)},
          {"loss", over_seeds(r.loss)},
          {"gap", over_seeds(r.gap)},
          {"overhead", over_seeds(r.overhead)},
          {"loss_verdict", r.loss_verdict},
          {"gap_verdict", r.gap_verdict}};
}

}  // namespace rnb
