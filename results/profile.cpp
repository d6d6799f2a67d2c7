#include "results/profile.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/progress.h"
#include "results/hdf5_file.h"

namespace rnb {
namespace {

// What must agree for two costs to be averaged: more than for a row of the table, since threads or activation
// checkpoints change no result but change what it costs.
std::string cost_settings(const RunSummary& run) {
  nlohmann::json key = run.experiment;
  key.erase("seed");
  return fmt::format("{}\n{}\n{}\n{}\n{}", run.dataset, run.store_digest, run.grouping, run.label,
                     key.dump());
}

struct Overhead {
  std::vector<std::string> phase, module_phase, module_name;
  std::vector<double> seconds, flops, calls, billed, module_flops;
};

Overhead read_overhead(const Hdf5Reader& in, const RunPlace& place) {
  if (!in.has("/overhead/phase"))
    fail("profile", "{}: has no ledger; a run that was cut before its first one has none: rnb run --resume",
         place.text());
  Overhead o{in.strings("/overhead/phase"),       in.strings("/overhead/module_phase"),
             in.strings("/overhead/module_name"), in.doubles("/overhead/seconds"),
             in.doubles("/overhead/flops"),       in.doubles("/overhead/calls"),
             in.doubles("/overhead/billed"),      in.doubles("/overhead/module_flops")};
  for (const auto* column : {&o.seconds, &o.flops, &o.calls, &o.billed})
    if (column->size() != o.phase.size())
      fail("profile", "{}: the columns of /overhead differ in length; rnb validate says more", place.text());
  if (o.module_phase.size() != o.module_flops.size() || o.module_name.size() != o.module_flops.size())
    fail("profile", "{}: the columns module_* of /overhead differ in length; rnb validate says more",
         place.text());
  return o;
}

void add(Profile& profile, const Overhead& o) {
  for (size_t i = 0; i < o.phase.size(); ++i) {
    if (o.seconds[i] == 0 && o.flops[i] == 0) continue;
    PhaseMean& cost = profile.phases[o.phase[i]];
    cost.seconds += o.seconds[i];
    cost.flops += o.flops[i];
    cost.calls += o.calls[i];
    cost.billed += o.billed[i];
  }
  for (size_t i = 0; i < o.module_flops.size(); ++i)
    profile.operator_flops[{o.module_phase[i], o.module_name[i]}] += o.module_flops[i];
}

void make_means(Profile& profile) {
  const auto n = static_cast<double>(profile.runs);
  profile.wall_seconds /= n;
  for (auto& [name, cost] : profile.phases)
    cost = {cost.seconds / n, cost.flops / n, cost.calls / n, cost.billed / n};
  for (auto& [key, flops] : profile.operator_flops) flops /= n;
}

std::string percent(double part, double whole) {
  return whole > 0 ? fmt::format("{:.2f}", 100 * part / whole) : "-";
}

template <typename Map>
std::vector<std::pair<typename Map::key_type, typename Map::mapped_type>> sorted(const Map& map, auto more) {
  std::vector<std::pair<typename Map::key_type, typename Map::mapped_type>> rows(map.begin(), map.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const auto& a, const auto& b) { return more(a.second, b.second); });
  return rows;
}

double total_flops(const Profile& profile) {
  double sum = 0;
  for (const auto& [name, cost] : profile.phases) sum += cost.flops;
  return sum;
}

}  // namespace

std::vector<Profile> profiles_of(const std::vector<RunPlace>& runs) {
  std::vector<Profile> profiles;
  std::vector<std::string> settings;
  for (const RunPlace& place : runs) {
    const RunSummary run = read_run(place);
    const Hdf5Reader in(place.file, place.group());
    const Overhead overhead = read_overhead(in, place);
    const std::string key = cost_settings(run);
    auto at = std::find(settings.begin(), settings.end(), key);
    if (at == settings.end()) {
      at = settings.insert(settings.end(), key);
      Profile& made = profiles.emplace_back();
      made.dataset = run.dataset;
      made.grouping = run.grouping;
      made.label = run.label;
    }
    Profile& profile = profiles[static_cast<size_t>(at - settings.begin())];
    ++profile.runs;
    profile.shared_machine |= run.shared_machine;
    profile.wall_seconds += run.wall_seconds;
    if (in.has_attribute("/overhead", "peak_bytes"))
      profile.gradient_bytes =
          std::max(profile.gradient_bytes, in.number_attribute("/overhead", "peak_bytes"));
    add(profile, overhead);
  }
  for (Profile& profile : profiles) make_means(profile);
  return profiles;
}

std::string render(const Profile& profile, size_t most_operators) {
  std::string out = fmt::format("{} on {}, {} domains: {} of {} run{}{}\n", profile.label, profile.dataset,
                                profile.grouping, profile.runs == 1 ? "the cost" : "mean cost", profile.runs,
                                profile.runs == 1 ? "" : "s",
                                profile.shared_machine ? " (on a shared machine: seconds say little)" : "");
  out += fmt::format("wall time {}{}\n", format_duration(profile.wall_seconds),
                     profile.gradient_bytes > 0
                         ? fmt::format(", {} of domain gradients", format_bytes(profile.gradient_bytes))
                         : "");
  const double flops = total_flops(profile);
  out += fmt::format("  {:16} {:>9} {:>10} {:>8} {:>11} {:>8} {:>9}\n", "phase", "calls", "seconds", "% wall",
                     "FLOPs", "%", "GFLOP/s");
  double covered = 0;
  for (const auto& [name, cost] :
       sorted(profile.phases, [](const PhaseMean& a, const PhaseMean& b) { return a.seconds > b.seconds; })) {
    const double own = cost.seconds - cost.billed;
    covered += own;
    out += fmt::format(
        "  {:16} {:>9.0f} {:>10.2f} {:>8} {:>11.4g} {:>8} {:>9}{}\n", name, cost.calls, cost.seconds,
        percent(own, profile.wall_seconds), cost.flops, percent(cost.flops, flops),
        cost.flops > 0 && cost.seconds > 0 ? fmt::format("{:.1f}", cost.flops / cost.seconds / 1e9) : "-",
        cost.billed > 0 ? fmt::format("  {} of it saved by a cache", format_duration(cost.billed)) : "");
  }
  out += fmt::format("  {:16} {:>9} {:>10.2f} {:>8}\n", "(no phase)", "", profile.wall_seconds - covered,
                     percent(profile.wall_seconds - covered, profile.wall_seconds));
  if (profile.operator_flops.empty() || most_operators == 0) return out;
  out += fmt::format("  {:16} {:54} {:>11} {:>8}\n", "phase", "operator", "FLOPs", "%");
  for (const auto& [key, cost] : sorted(profile.operator_flops, std::greater<>())) {
    if (most_operators-- == 0) break;
    out += fmt::format("  {:16} {:54} {:>11.4g} {:>8}\n", key.first, key.second, cost, percent(cost, flops));
  }
  return out;
}

nlohmann::json to_json(const Profile& profile) {
  nlohmann::json phases = nlohmann::json::object(), operators = nlohmann::json::array();
  for (const auto& [name, cost] : profile.phases)
    phases[name] = {
        {"seconds", cost.seconds}, {"flops", cost.flops}, {"calls", cost.calls}, {"billed", cost.billed}};
  for (const auto& [key, flops] : profile.operator_flops)
    operators.push_back({{"phase", key.first}, {"operator", key.second}, {"flops", flops}});
  return {{"dataset", profile.dataset},
          {"grouping", profile.grouping},
          {"label", profile.label},
          {"runs", profile.runs},
          {"shared_machine", profile.shared_machine},
          {"wall_seconds", profile.wall_seconds},
          {"gradient_bytes", profile.gradient_bytes},
          {"phases", phases},
          {"operators", operators}};
}

}  // namespace rnb
