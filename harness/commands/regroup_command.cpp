// `rnb regroup`: a grouping of a store, made or found.

#include <array>
#include <cmath>

#include <torch/torch.h>

#include "base/error.h"
#include "base/progress.h"
#include "harness/commands/command.h"
#include "harness/device/device.h"
#include "harness/grouping/grouping_resolver.h"
#include "harness/trainer/training_for_groupings.h"
#include "methods/regroup/grouping_expression.h"
#include "results/statistics.h"

namespace rnb {
namespace {

// How many examples of a split each domain holds.
void print_sizes(const Store& store, const Grouping& g) {
  std::array<DomainCounts, kSplitNames.size()> counts;
  for (size_t s = 0; s < counts.size(); ++s) counts[s] = count_domains(store, g, static_cast<Split>(s));
  const bool words = g.manifest.contains("keywords");
  fmt::print("\n{:>4} {:>8} {:>8} {:>8}  {}\n", "id", kSplitNames[0], kSplitNames[1], kSplitNames[2],
             words ? "typical words" : "domain");
  for (size_t c = 0; c < g.domain_names.size(); ++c)
    fmt::print("{:>4} {:>8} {:>8} {:>8}  {}\n", c, counts[0].examples[c], counts[1].examples[c],
               counts[2].examples[c],
               words ? g.manifest.at("keywords").at(c).get<std::string>() : g.domain_names[c]);
}

// One line per k: silhouette, and where k was chosen by it the loss, mean ± standard deviation over seeds.
void print_choice(const nlohmann::json& manifest) {
  const auto& s = manifest.at("silhouette");
  const auto chosen = manifest.value("k_requested", manifest.value("k", int64_t{0}));
  const bool by_loss = manifest.contains("loss");
  fmt::print("\n{:>6} {:>12}{}\n", "k", "silhouette", by_loss ? "   validation loss" : "");
  for (size_t i = 0; i < s.at("k").size(); ++i) {
    const auto k = s.at("k").at(i).get<int64_t>();
    fmt::print("{:>6} {:>12.4f}", k, s.at("value").at(i).get<double>());
    if (by_loss) {
      std::vector<double> loss;
      for (const auto& v : manifest.at("loss").at("value").at(i))
        loss.push_back(v.is_number() ? v.get<double>() : std::nan(""));
      const Spread over_seeds = spread(loss);
      fmt::print("{:>18}", over_seeds.n > 1
                               ? fmt::format("{:.4f} ± {:.4f}", over_seeds.mean, over_seeds.deviation)
                               : fmt::format("{:.4f}", over_seeds.mean));
    }
    fmt::print("{}\n", k == chosen ? "  chosen" : "");
  }
}

void print(const Store& store, const Grouping& g) {
  fmt::print("{}: {} domains\n", g.name, g.domain_names.size());
  if (g.manifest.contains("silhouette")) print_choice(g.manifest);
  print_sizes(store, g);
  if (!g.manifest.contains("silhouette")) return;
  const double runs = g.manifest.contains("loss") ? g.manifest.at("loss").value("seconds", 0.0) : 0.0;
  fmt::print("\nembedding {}, clustering {}", format_duration(g.manifest.value("embedding_seconds", 0.0)),
             format_duration(g.manifest.value("seconds", 0.0) - runs));
  if (runs > 0)
    fmt::print(", runs {} (rnb report {})", format_duration(runs), (store.folder() / "k-runs").string());
  fmt::print("\n");
}

std::string expression_of(const CommandInput& input) {
  if (input.has("grouping")) return input.text("grouping");
  const int seed = input.get<int>("seed");
  const auto random = input.get<int64_t>("random");
  const std::string prompt = input.text("prompt"), by = input.text("k-by");
  std::string expression =
      random > 0 ? fmt::format("random:k={},seed={}", random, seed)
                 : fmt::format("regroup:k={},embedder={}{},seed={},nredo={}", input.text("k"),
                               input.text("embedder"), prompt.empty() ? "" : ",prompt=" + prompt, seed,
                               input.get<int>("nredo"));
  if (by != "silhouette") expression += ",by=" + by;
  for (const char* name : {"steps", "seeds", "model", "context", "batch", "lr", "method"})
    if (const std::string option = fmt::format("k-{}", name); input.has(option))
      expression += fmt::format(",{}={}", name, input.text(option));
  return expression;
}

int regroup(const CommandInput& input) {
  if (!input.has("store")) fail_usage("regroup", "--store is missing");
  const std::string device = input.text("device");
  resolve_device(device);  // before anything is touched
  at::set_num_threads(threads_of(input, "regroup"));
  const Store prepared(input.text("store"));
  const Grouping g =
      resolve_grouping(prepared, expression_of(input), options_with_training(device, Precision::Fp32));
  if (input.has("json")) {
    fmt::print("{}\n", g.manifest.dump(1));
  } else {
    print(prepared, g);
  }
  return 0;
}

}  // namespace

RNB_REGISTER(TrainedCommand, .name = "regroup", .run = regroup);

}  // namespace rnb
