#include "harness/sweep/sweep_plan.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>

#include "base/error.h"
#include "base/number_range.h"
#include "base/suggest.h"
#include "base/text.h"
#include "harness/config/experiment_keys.h"
#include "harness/sweep/simplex_grid.h"

namespace rnb {
namespace {

constexpr size_t kMostRuns = 100000;

struct AxisValue {
  std::string value, origin;
};
using Axes = std::vector<std::pair<std::string, std::vector<AxisValue>>>;  // in the order of first mention

// first..last or first..last:step
std::vector<std::string> range_values(const std::string& key, const std::string& text) {
  const auto range = parse_number_range(text);
  if (!range) fail_usage("config", "{} = '{}': expected first..last or first..last:step, rising", key, text);
  if (range->count() > static_cast<int64_t>(kMostRuns))
    fail_usage("config", "{} = '{}': more than {} values", key, text, kMostRuns);
  std::vector<std::string> values;
  for (const int64_t value : range->values()) values.push_back(std::to_string(value));
  return values;
}

bool is_number(const std::string& text) {
  double value = 0;
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && stop == text.data() + text.size() && !text.empty();
}

// Does this piece of a comma list go on with the value before it? ("regroup:k=10,seed=2"; no method is named
// by a number: "fixed weights=1,2")
bool goes_on(const std::string& key, const std::string& piece, const std::vector<std::string>& before) {
  if (before.empty()) return false;
  const std::string& last = before.back();
  if (key == "method") return is_number(piece) && last.find('=') != std::string::npos;
  return key == "grouping" && last.find(':') != std::string::npos && piece.find('=') != std::string::npos &&
         piece.find(':') > piece.find('=');
}

// Where a comma list's next piece ends. A method's options may hold a call, such as simplex(4,8).
size_t piece_end(const std::string& key, const std::string& value, size_t at) {
  for (int depth = 0; at < value.size(); ++at) {
    if (value[at] == ',' && depth == 0) break;
    if (key != "method") continue;
    depth += value[at] == '(' ? 1 : value[at] == ')' && depth > 0 ? -1 : 0;
  }
  return at;
}

void add_axis(Axes& axes, const std::string& key, std::vector<AxisValue> values) {
  for (auto& [name, list] : axes)
    if (name == key) {
      list.insert(list.end(), values.begin(), values.end());
      return;
    }
  axes.emplace_back(key, std::move(values));
}

void replace_axes(Axes& axes, const Axes& with) {
  for (const auto& [key, values] : with) {
    const auto it =
        std::find_if(axes.begin(), axes.end(), [&, k = key](const auto& a) { return a.first == k; });
    if (it != axes.end())
      it->second = values;
    else
      axes.emplace_back(key, values);
  }
}

std::vector<AxisValue> expand(const std::string& key, const std::string& value, bool quoted,
                              const std::string& origin) {
  if (key == "method-option")
    fail_usage("config", "{}: method-option has no place in a sweep; write method = NAME option=value",
               origin);
  if (key != "method" && !find_key_field(key))
    fail_usage("config", "{}: unknown key '{}'{}", origin, key, suggestion(key, experiment_key_names()));
  std::vector<AxisValue> values;
  if (quoted) {
    values.push_back({value, origin});
  } else {
    for (const std::string& one : axis_values(key, value)) values.push_back({one, origin});
  }
  for (const AxisValue& one : values) {
    Experiment scratch;
    set_key(scratch, key, one.value, origin);  // so that the first bad value is reported with its line
  }
  return values;
}

void set_data_key(StorePlan& plan, const IniFile& file, const IniEntry& entry) {
  static const std::vector<std::string> known{"dataset", "from",     "limit",   "tokenizer", "seed",
                                              "loss-on", "skip-bad", "threads", "option",    "store"};
  const std::string key = normal_key(entry.key);
  if (!std::count(known.begin(), known.end(), key))
    fail_usage("config", "{}: unknown key '{}' in [{}]{}", file.where(entry), entry.key, entry.section,
               suggestion(key, known));
  if (key == "store") {
    plan.store = entry.value;
  } else if (key == "skip-bad") {
    if (entry.value != "on" && entry.value != "off")
      fail_usage("config", "{}: skip-bad = '{}'; expected on or off", file.where(entry), entry.value);
    if (entry.value == "on") plan.arguments.push_back("--skip-bad");
  } else {
    plan.arguments.push_back("--" + key);
    plan.arguments.push_back(entry.value);
    if (key == "dataset" && plan.name.empty()) plan.name = entry.value;
  }
}

StorePlan& store_of_section(SweepPlan& plan, std::vector<std::string>& sections, const std::string& section) {
  const auto it = std::find(sections.begin(), sections.end(), section);
  if (it != sections.end()) return plan.stores[static_cast<size_t>(it - sections.begin())];
  sections.push_back(section);
  plan.stores.emplace_back();
  if (section.size() > 4) plan.stores.back().name = trimmed(std::string_view(section).substr(4));
  return plan.stores.back();
}

bool is_section(const std::string& section, const std::string& kind) {
  return section == kind || section.starts_with(kind + " ");
}

void expand_grid(const Axes& axes, std::vector<Experiment>& out) {
  size_t runs = 1;
  for (const auto& axis : axes) {
    runs *= axis.second.size();
    if (runs > kMostRuns) fail_usage("config", "the grid has more than {} runs", kMostRuns);
  }
  for (size_t i = 0; i < runs; ++i) {
    Experiment e;
    size_t rest = i, block = runs;
    for (const auto& [key, values] : axes) {  // the last axis varies fastest
      block /= values.size();
      const AxisValue& chosen = values[rest / block];
      rest %= block;
      set_key(e, key, chosen.value, chosen.origin);
    }
    check_experiment(e);
    out.push_back(std::move(e));
  }
}

// Drops repetitions and brings runs together that need the same store and grouping.
void tidy(SweepPlan& plan) {
  std::set<std::string> seen;
  std::vector<std::pair<std::string, std::vector<Experiment>>> groups;
  for (Experiment& e : plan.experiments) {
    if (!seen.insert(identity_of(e)).second) {
      ++plan.repeated;
      continue;
    }
    const std::string preparation = preparation_of(e);
    auto group =
        std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == preparation; });
    if (group == groups.end()) group = groups.insert(groups.end(), {preparation, {}});
    group->second.push_back(std::move(e));
  }
  plan.experiments.clear();
  for (auto& group : groups)
    std::move(group.second.begin(), group.second.end(), std::back_inserter(plan.experiments));
}

// A store that the command line has put another in the place of is not prepared.
void drop_unused_stores(SweepPlan& plan) {
  std::erase_if(plan.stores, [&](const StorePlan& store) {
    return std::none_of(plan.experiments.begin(), plan.experiments.end(),
                        [&](const Experiment& e) { return e.store == store.store; });
  });
}

}  // namespace

std::string identity_of(const Experiment& e) {
  return e.store + "\n" + canonical_text(e);
}

std::string preparation_of(const Experiment& e) {
  return e.store + "\n" + e.grouping;
}

std::vector<std::string> axis_values(const std::string& key, const std::string& value) {
  std::vector<std::string> pieces;
  for (size_t at = 0; at <= value.size();) {
    const size_t end = piece_end(key, value, at);
    const std::string piece(trimmed(std::string_view(value).substr(at, end - at)));
    at = end + 1;
    if (piece.empty()) fail_usage("config", "{} = '{}': an empty value between commas", key, value);
    if (goes_on(key, piece, pieces)) {
      pieces.back() += "," + piece;
    } else {
      pieces.push_back(piece);
    }
  }
  std::vector<std::string> values;
  const auto add = [&](std::vector<std::string> more) {
    std::move(more.begin(), more.end(), std::back_inserter(values));
  };
  for (std::string& piece : pieces) {
    if (is_integer_key(key) && piece.find("..") != std::string::npos) {
      add(range_values(key, piece));
    } else if (key == "method") {
      add(simplex_grid(piece, kMostRuns));
    } else {
      values.push_back(std::move(piece));
    }
  }
  return values;
}

SweepPlan plan_sweep(const IniFile& file, const std::vector<std::pair<std::string, std::string>>& overrides,
                     const std::string& out) {
  SweepPlan plan;
  Axes common, forced;
  std::vector<std::string> data_sections;
  std::vector<std::pair<std::string, Axes>> grids;
  for (const IniEntry& entry : file.entries) {
    if (is_section(entry.section, "data")) {
      set_data_key(store_of_section(plan, data_sections, entry.section), file, entry);
      continue;
    }
    const std::string key = normal_key(entry.key);
    auto values = expand(key, entry.value, entry.quoted, file.where(entry));
    if (!is_section(entry.section, "grid")) {
      add_axis(common, key, std::move(values));
      continue;
    }
    auto grid =
        std::find_if(grids.begin(), grids.end(), [&](const auto& g) { return g.first == entry.section; });
    if (grid == grids.end()) grid = grids.insert(grids.end(), {entry.section, {}});
    add_axis(grid->second, key, std::move(values));
  }
  for (const auto& [key, value] : overrides)
    add_axis(forced, normal_key(key), expand(normal_key(key), value, false, "command line"));

  Axes stores;
  for (StorePlan& store : plan.stores) {
    if (!std::count(store.arguments.begin(), store.arguments.end(), "--dataset"))
      fail_usage("config", "{}: [data {}] names no dataset", file.name, store.name);
    if (store.store.empty()) store.store = out + "/stores/" + store.name;
    add_axis(stores, "store", {{store.store, "file " + file.name + " [data]"}});
  }
  if (grids.empty()) grids.emplace_back("grid", Axes{});
  for (const auto& [name, axes] : grids) {
    Axes all = stores;
    replace_axes(all, common);
    replace_axes(all, axes);
    replace_axes(all, forced);
    expand_grid(all, plan.experiments);
  }
  if (plan.experiments.size() > kMostRuns)
    fail_usage("config", "{}: more than {} runs", file.name, kMostRuns);
  drop_unused_stores(plan);
  tidy(plan);
  return plan;
}

}  // namespace rnb
