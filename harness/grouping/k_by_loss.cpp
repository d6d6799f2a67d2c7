#include "harness/grouping/k_by_loss.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "base/progress.h"
#include "base/stop_signal.h"
#include "results/statistics.h"

namespace rnb {
namespace {

Experiment short_experiment(const ShortRuns& runs, const Experiment& base, const std::string& grouping,
                            int64_t seed) {
  Experiment e;
  e.store = base.store;
  e.device = base.device;
  e.precision = base.precision;
  e.threads = base.threads;
  e.grouping = grouping;
  e.method = runs.method;
  e.model = runs.model;
  e.context = runs.context;
  e.steps = runs.steps;
  e.batch = runs.batch;
  e.lr = runs.lr;
  e.seed = static_cast<uint64_t>(seed);
  e.eval_every = 0;  // validation at the end only
  check_experiment(e);
  return e;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

struct Tried {
  std::vector<Grouping> groupings;            // [k]
  std::vector<std::vector<double>> loss;      // [k][seeds]
  std::vector<std::vector<std::string>> ids;  // [k][seeds]
  std::vector<double> mean;                   // [k]
  double seconds = 0, flops = 0;              // of the runs
};

Tried try_each_k(const Store& store, const GroupingExpression& expression, const Experiment& base,
                 const GroupingAt& grouping_at, const ShortRunner& run) {
  Tried tried;
  const ShortRuns& runs = *expression.by_loss;
  for (const int64_t k : expression.ks) {
    const std::string at_k = expression_at(expression, k);
    const Grouping& g = tried.groupings.emplace_back(grouping_at(at_k));
    tried.loss.emplace_back();
    tried.ids.emplace_back();
    for (int64_t seed = 1; seed <= runs.seeds; ++seed) {
      if (stop_signal() != 0) throw Stopped(stop_signal());
      const ShortRun made = run(short_experiment(runs, base, at_k, seed), store, g);
      fmt::print(stderr, "k = {}, seed {}: validation loss {:.4f} after {} steps, {}\n", k, seed, made.loss,
                 runs.steps, format_duration(made.seconds));
      tried.loss.back().push_back(made.loss);
      tried.ids.back().push_back(made.run_id);
      tried.seconds += made.seconds;
      tried.flops += made.flops;
    }
    tried.mean.push_back(mean_of(tried.loss.back()));
  }
  return tried;
}

size_t least(const Tried& tried, const GroupingExpression& expression) {
  size_t best = tried.mean.size();
  for (size_t i = 0; i < tried.mean.size(); ++i)
    if (std::isfinite(tried.mean[i]) && (best == tried.mean.size() || tried.mean[i] < tried.mean[best]))
      best = i;
  if (best == tried.mean.size())
    fail("regroup",
         "{}: no k has a finite validation loss; expected one at least. Lower lr, or look at the runs in "
         "STORE/k-runs",
         expression.name);
  return best;
}

std::vector<std::string> doubts(const Tried& tried, const std::vector<int64_t>& ks, size_t best) {
  std::vector<std::string> out;
  if (best == 0 || best + 1 == ks.size())
    out.push_back(
        fmt::format("the best k, {}, is at the edge of the range that was tried; widen --k", ks[best]));
  std::vector<int64_t> alike;
  for (size_t i = 0; i < ks.size(); ++i) {
    if (i == best || !std::isfinite(tried.mean[i])) continue;
    std::vector<double> above;
    for (size_t s = 0; s < tried.loss[i].size(); ++s) above.push_back(tried.loss[i][s] - tried.loss[best][s]);
    if (const Spread d = spread(above); d.mean <= half_width_95(d)) alike.push_back(ks[i]);
  }
  if (!alike.empty())
    out.push_back(
        fmt::format("the loss at the best k, {}, cannot be told from that at k = {} (paired by seed, "
                    "95 %); more seeds or steps would",
                    ks[best], fmt::join(alike, ", ")));
  return out;
}

}  // namespace

KByLoss choose_k_by_loss(const Store& store, const GroupingExpression& expression, const Experiment& base,
                         const GroupingAt& grouping_at, const ShortRunner& run) {
  RNB_ASSERT(expression.by_loss && !expression.ks.empty());
  const ShortRuns& runs = *expression.by_loss;
  Tried tried = try_each_k(store, expression, base, grouping_at, run);
  const size_t best = least(tried, expression);

  KByLoss out{tried.groupings[best], tried.groupings[best].name};
  out.grouping.name = expression.name;
  auto& manifest = out.grouping.manifest;
  nlohmann::json scores = nlohmann::json::array();
  double seconds = tried.seconds, flops = tried.flops;
  for (const Grouping& g : tried.groupings) {
    scores.push_back(g.manifest.at("silhouette").at("value").at(0));
    seconds += g.manifest.value("seconds", 0.0);
    flops += g.manifest.value("flops", 0.0);
  }
  manifest["silhouette"] = {{"k", expression.ks}, {"value", scores}};
  manifest["loss"] = {{"k", expression.ks},   {"value", tried.loss},
                      {"mean", tried.mean},   {"weighted", !store.evaluation_weights().empty()},
                      {"run_ids", tried.ids}, {"seconds", tried.seconds},
                      {"flops", tried.flops}, {"steps", runs.steps},
                      {"model", runs.model},  {"context", runs.context},
                      {"batch", runs.batch},  {"lr", runs.lr},
                      {"method", runs.method}};
  manifest["seconds"] = seconds;
  manifest["flops"] = flops;
  for (const std::string& doubt : doubts(tried, expression.ks, best)) manifest["warnings"].push_back(doubt);
  return out;
}

}  // namespace rnb
