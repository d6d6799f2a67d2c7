#include "results/best_static.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <sstream>

#include "base/atomic_file.h"
#include "base/error.h"
#include "results/table_row.h"

namespace rnb {
namespace {

using Json = nlohmann::ordered_json;

// The weights of `fixed weights=1,2,4,1`, normalised; empty for any other run.
std::vector<double> weights_of(const RunSummary& r) {
  if (r.experiment.value("method", "") != "fixed") return {};
  std::istringstream words(r.experiment.value("method-option", ""));
  std::vector<double> out;
  for (std::string word; words >> word;) {
    if (!word.starts_with("weights=")) continue;
    const char* at = word.data() + std::string("weights=").size();
    const char* const end = word.data() + word.size();
    for (double value = 0; at < end;) {
      const auto [next, code] = std::from_chars(at, end, value);
      if (code != std::errc()) return {};
      out.push_back(value);
      at = next + 1;
    }
  }
  const double sum = std::accumulate(out.begin(), out.end(), 0.0);
  for (double& w : out) w /= sum;
  return out;
}

// The smallest n up to 1000 for which every weight is a multiple of 1/n; 0: there is none.
int64_t parts_of(const std::vector<StaticMixture>& mixtures) {
  const auto whole = [&](int64_t n) {
    for (const StaticMixture& m : mixtures)
      for (const double w : m.weights)
        if (const double x = w * static_cast<double>(n); std::abs(x - std::round(x)) > 1e-9 * x + 1e-12)
          return false;
    return true;
  };
  for (int64_t n = 1; n <= 1000; ++n)
    if (whole(n)) return n;
  return 0;
}

Spread difference(const std::vector<double>& loss, const std::vector<double>& base) {
  std::vector<double> d;
  for (size_t i = 0; i < loss.size(); ++i)
    if (!std::isnan(loss[i])) d.push_back(loss[i] - base[i]);
  return spread(d);
}

struct Collected {
  std::map<std::vector<double>, std::map<std::string, const RunSummary*>> mixtures;  // weights -> seed -> run
  std::map<std::string, std::map<std::string, const RunSummary*>> others;            // label -> seed -> run
};

std::string all_settings(const RowKeys& row) {
  std::string out;
  for (const auto& [key, value] : settings_of(row)) out += fmt::format("{}={};", key, value);
  return out;
}

Collected collect(const std::vector<RunSummary>& runs) {
  Collected out;
  std::set<std::string> kinds, seen;
  for (const RunSummary& r : runs) {
    if (r.status != "complete" || !seen.insert(r.run_id).second) continue;
    kinds.insert(fmt::format("{}, {}, {}", r.dataset, r.grouping, all_settings(row_of(r))));
    const auto weights = weights_of(r);
    auto& by_seed = weights.empty() ? out.others[r.label] : out.mixtures[weights];
    if (!by_seed.emplace(r.seed(), &r).second)
      fail("report", "{}: a second run of {} with seed {}; name one of them", r.file.string(), r.label,
           r.seed());
  }
  if (out.mixtures.empty())
    fail("report",
         "no complete run of a static mixture; expected a grid such as method = fixed weights=simplex(4,8) "
         "(rnb sweep)");
  if (kinds.size() > 1)
    fail("report", "the runs differ in more than mixture and seed; name those of one setting:\n  {}",
         fmt::join(kinds, "\n  "));
  return out;
}

std::string plus_minus(const Spread& s) {
  return std::isnan(s.deviation) ? fmt::format("{:.4f}", s.mean)
                                 : fmt::format("{:.4f} ± {:.4f}", s.mean, s.deviation);
}

std::string interval(const Spread& s) {
  const double half = half_width_95(s);
  return std::isnan(half) ? fmt::format("{:+.4f}", s.mean)
                          : fmt::format("{:+.4f} [{:+.4f}, {:+.4f}]", s.mean, s.mean - half, s.mean + half);
}

std::string weights_text(const std::vector<double>& weights) {
  std::string out;
  for (const double w : weights) out += fmt::format("{}{:<6.4g}", out.empty() ? "" : " ", w);
  return out;
}

std::string measure(const StaticGrid& grid) {
  return grid.weighted ? "test loss by the evaluation weights, nats per token" : "test loss, nats per token";
}

double rounded(double value) {  // JSON need not carry more than the losses' own precision
  return std::round(value * 1e6) / 1e6;
}

}  // namespace

std::vector<const StaticMixture*> StaticGrid::neighbours() const {
  std::vector<const StaticMixture*> out;
  const auto& best_weights = mixtures.front().weights;
  for (const StaticMixture& m : mixtures) {
    double moved = 0;
    for (size_t i = 0; i < best_weights.size(); ++i) moved += std::abs(m.weights[i] - best_weights[i]);
    if (std::abs(moved * static_cast<double>(parts) - 2) < 1e-6) out.push_back(&m);
  }
  return out;
}

int64_t StaticGrid::not_told_apart() const {
  return std::count_if(mixtures.begin(), mixtures.end(), [](const StaticMixture& m) {
    return !(m.above_best.mean > half_width_95(m.above_best));  // one seed tells nothing apart
  });
}

double StaticGrid::seed_deviation() const {
  double sum = 0;
  for (const StaticMixture& m : mixtures) sum += m.spread.deviation * m.spread.deviation;
  return std::sqrt(sum / static_cast<double>(mixtures.size()));
}

StaticGrid static_grid(const std::vector<RunSummary>& runs) {
  const Collected found = collect(runs);
  StaticGrid grid;
  std::set<std::string> seeds;
  for (const auto& [weights, by_seed] : found.mixtures)
    for (const auto& [seed, r] : by_seed) seeds.insert(seed);
  grid.seeds.assign(seeds.begin(), seeds.end());
  std::sort(grid.seeds.begin(), grid.seeds.end(), [](const auto& a, const auto& b) {
    return std::pair(a.size(), a) < std::pair(b.size(), b);  // as numbers
  });
  grid.weighted =
      std::any_of(runs.begin(), runs.end(), [](const auto& r) { return !std::isnan(r.weighted_loss); });
  const auto losses = [&](const std::map<std::string, const RunSummary*>& by_seed) {
    std::vector<double> out;
    for (const std::string& seed : grid.seeds) {
      const auto it = by_seed.find(seed);
      out.push_back(it == by_seed.end() ? std::nan("")
                    : grid.weighted     ? it->second->weighted_loss
                                        : it->second->test_loss);
    }
    return out;
  };
  const auto has_none = [](const std::vector<double>& v) {
    return std::any_of(v.begin(), v.end(), [](double x) { return std::isnan(x); });
  };
  for (const auto& [weights, by_seed] : found.mixtures) {
    StaticMixture m{weights, losses(by_seed), {}, {}};
    if (has_none(m.loss) || weights.size() != found.mixtures.begin()->first.size()) {
      ++grid.left_out;
      continue;
    }
    m.spread = spread(m.loss);
    grid.mixtures.push_back(std::move(m));
  }
  if (grid.mixtures.empty())
    fail("report", "no mixture has a finite loss for each of the seeds {}; let the sweep finish",
         fmt::join(grid.seeds, ", "));
  std::stable_sort(grid.mixtures.begin(), grid.mixtures.end(),
                   [](const auto& a, const auto& b) { return a.spread.mean < b.spread.mean; });
  const std::vector<double> best = grid.mixtures.front().loss;
  for (StaticMixture& m : grid.mixtures) m.above_best = difference(m.loss, best);
  grid.parts = parts_of(grid.mixtures);
  grid.best = *found.mixtures.at(grid.mixtures.front().weights).at(grid.seeds.front());
  for (const auto& [label, by_seed] : found.others) {
    std::vector<double> given, loss = losses(by_seed);
    std::copy_if(loss.begin(), loss.end(), std::back_inserter(given),
                 [](double x) { return !std::isnan(x); });
    if (!given.empty()) grid.others.push_back({label, spread(given), difference(loss, best)});
  }
  std::sort(grid.others.begin(), grid.others.end(),
            [](const auto& a, const auto& b) { return a.spread.mean < b.spread.mean; });
  return grid;
}

std::string text_of(const StaticGrid& grid, const std::vector<std::string>& domains) {
  const auto& all = grid.mixtures;
  std::string out = fmt::format("{}, {}: {} static mixtures of {} domains in steps of 1/{}, seeds {} ({})\n",
                                grid.best.dataset, grid.best.grouping, all.size(), domains.size(), grid.parts,
                                fmt::join(grid.seeds, " "), measure(grid));
  if (grid.left_out > 0)
    out += fmt::format("left out, since a seed is missing: {} mixtures\n", grid.left_out);
  out += "\nbest: ";
  for (size_t i = 0; i < domains.size(); ++i)
    out += fmt::format("{} {:.4g}{}", domains[i], all.front().weights[i], i + 1 < domains.size() ? ", " : "");
  out += fmt::format("; loss {}\n", plus_minus(all.front().spread));
  out += fmt::format(
      "landscape: {:.4f} to {:.4f}, median {:.4f}; over seeds a mixture's loss deviates by {:.4f}; {} "
      "mixtures, "
      "the best included, cannot be told from the best (paired, 95 %)\n",
      all.front().spread.mean, all.back().spread.mean, all[all.size() / 2].spread.mean, grid.seed_deviation(),
      grid.not_told_apart());
  const size_t width = std::max<size_t>(7 * domains.size(), 12);
  out += fmt::format("\n{:{}} {:>17}  {}\n", "one step away", width, "loss", "above the best [95 %]");
  for (const StaticMixture* m : grid.neighbours())
    out += fmt::format("{:{}} {:>17}  {}\n", weights_text(m->weights), width, plus_minus(m->spread),
                       interval(m->above_best));
  if (!grid.others.empty())
    out += fmt::format("\n{:{}} {:>17}  {}\n", "method", width, "loss", "above the best [95 %]");
  for (const OtherMethod& o : grid.others)
    out += fmt::format("{:{}} {:>17}  {}\n", o.label, width, plus_minus(o.spread), interval(o.above_best));
  return out;
}

void write_best_static(const std::filesystem::path& file, const StaticGrid& grid,
                       const std::vector<std::string>& domains, const std::vector<std::string>& commands) {
  const StaticMixture& best = grid.mixtures.front();
  Json out{{"what", "the best static mixture of a grid over the simplex"},
           {"dataset", grid.best.dataset},
           {"grouping", grid.best.grouping},
           {"store_digest", grid.best.store_digest},
           {"commands", commands},
           {"measure", measure(grid)}};
  for (size_t i = 0; i < domains.size(); ++i) out["weights"][domains[i]] = best.weights[i];
  out["loss"] = {{"mean", rounded(best.spread.mean)}, {"deviation", rounded(best.spread.deviation)}};
  for (size_t s = 0; s < grid.seeds.size(); ++s)
    out["loss"]["by_seed"][grid.seeds[s]] = rounded(best.loss[s]);
  out["grid"] = {{"step", 1.0 / static_cast<double>(grid.parts)}, {"mixtures", grid.mixtures.size()}};
  out["experiment"] = Json(grid.best.experiment);
  for (const char* key : {"seed", "method-option", "store", "threads"}) out["experiment"].erase(key);
  out["landscape"] = {{"least", rounded(best.spread.mean)},
                      {"median", rounded(grid.mixtures[grid.mixtures.size() / 2].spread.mean)},
                      {"most", rounded(grid.mixtures.back().spread.mean)},
                      {"seed_deviation", rounded(grid.seed_deviation())},
                      {"not_told_apart", grid.not_told_apart()}};
  std::string text = out.dump(1);
  const auto rows = [&](const char* name, const std::string& lines) {
    text.resize(text.size() - 2);  // reopen the object
    text += fmt::format(",\n \"{}\": [\n{}\n ]\n}}", name, lines);
  };
  const auto row = [](const StaticMixture& m) {
    const double half = half_width_95(m.above_best);
    return "  " + Json{{"weights", m.weights},
                       {"mean", rounded(m.spread.mean)},
                       {"deviation", rounded(m.spread.deviation)},
                       {"above_best", rounded(m.above_best.mean)},
                       {"half_width_95", rounded(half)}}
                      .dump();
  };
  std::vector<std::string> near, all;
  for (const StaticMixture* m : grid.neighbours()) near.push_back(row(*m));
  for (const StaticMixture& m : grid.mixtures)
    all.push_back("  " + Json{{"weights", m.weights}, {"mean", rounded(m.spread.mean)}}.dump());
  rows("neighbours", fmt::format("{}", fmt::join(near, ",\n")));
  rows("mixtures", fmt::format("{}", fmt::join(all, ",\n")));
  write_file_atomic(file, text + "\n");
}

}  // namespace rnb
