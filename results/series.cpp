#include "results/series.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "results/table_row.h"

namespace rnb {
namespace {

std::vector<std::string> pieces_of(const std::string& name) {
  std::vector<std::string> pieces{""};
  for (const char c : name)
    if (c == '-') {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  return pieces;
}

// "regroup-minilm-k10-s0-n5" -> "regroup" where the data set has no other regrouping, "regroup-k10" where
// they differ in k; whole where they are not made of as many pieces.
std::map<std::string, std::string> short_groupings(const std::set<std::string>& names) {
  std::map<std::string, std::vector<std::vector<std::string>>> alike;  // by first piece
  for (const std::string& name : names) alike[pieces_of(name).front()].push_back(pieces_of(name));
  std::map<std::string, std::string> out;
  for (const auto& [kind, members] : alike) {
    const size_t size = members.front().size();
    const bool comparable =
        std::all_of(members.begin(), members.end(), [&](const auto& m) { return m.size() == size; });
    for (const auto& member : members) {
      std::vector<std::string> kept{kind};
      for (size_t i = 1; i < member.size(); ++i)
        if (!comparable || std::any_of(members.begin(), members.end(),
                                       [&](const auto& other) { return other[i] != member[i]; }))
          kept.push_back(member[i]);
      out[fmt::format("{}", fmt::join(member, "-"))] = fmt::format("{}", fmt::join(kept, "-"));
    }
  }
  return out;
}

using Rows = std::map<RowKeys, std::vector<const RunSummary*>>;

std::map<std::string, Rows> rows_by_dataset(const std::vector<RunSummary>& runs) {
  std::map<std::string, Rows> out;
  std::set<std::string> seen;
  for (const RunSummary& run : runs) {
    if (run.status != "complete" || !seen.insert(run.run_id).second) continue;
    const RowKeys row = row_of(run);
    out[row.at("dataset")][row].push_back(&run);
  }
  return out;
}

bool by_seed(const RunSummary* a, const RunSummary* b) {
  const std::string x = a->seed(), y = b->seed();
  return std::tuple(x.size(), x) < std::tuple(y.size(), y);  // as numbers
}

void add_series(const std::string& dataset, const Rows& rows, std::vector<Series>& out) {
  std::set<std::string> groupings;
  std::vector<RowKeys> keys;
  for (const auto& [row, members] : rows) {
    groupings.insert(row.at("grouping"));
    keys.push_back(row);
  }
  const auto short_of = short_groupings(groupings);
  const auto differ = differing_settings(keys);
  std::sort(keys.begin(), keys.end(), [](const RowKeys& a, const RowKeys& b) {
    const auto order = [](const RowKeys& r) {
      return std::tuple(r.at("grouping") != "original", r.at("grouping"), r.at("method"), settings_of(r));
    };
    return order(a) < order(b);
  });
  for (const RowKeys& row : keys) {
    auto members = rows.at(row);
    std::stable_sort(members.begin(), members.end(), by_seed);
    Series series{dataset, short_of.at(row.at("grouping")), "", {}};
    series.name = fmt::format("{}, {}", row.at("method"), series.grouping);
    if (!differ.empty()) series.name += ", " + setting_words(row, differ);
    for (const RunSummary* run : members) series.runs.push_back(run->run_id);
    out.push_back(std::move(series));
  }
}

}  // namespace

std::vector<Series> series_of(const std::vector<RunSummary>& runs) {
  std::vector<Series> out;
  for (const auto& [dataset, rows] : rows_by_dataset(runs)) add_series(dataset, rows, out);
  return out;
}

nlohmann::json series_json(const std::vector<RunSummary>& runs) {
  nlohmann::json out{{"series", nlohmann::json::array()}, {"phases", nlohmann::json::object()}};
  for (const Series& s : series_of(runs))
    out["series"].push_back(
        {{"dataset", s.dataset}, {"grouping", s.grouping}, {"name", s.name}, {"runs", s.runs}});
  for (const PhaseRule& rule : kPhaseRules)
    out["phases"][std::string(rule.name)] = phase_kind_name(rule.kind);
  return out;
}

}  // namespace rnb
