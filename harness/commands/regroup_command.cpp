#include "harness/commands/regroup_command.h"

#include <array>
#include <cmath>
#include <thread>

#include <torch/torch.h>
#include <boost/program_options.hpp>

#include "base/command_line.h"
#include "base/error.h"
#include "base/progress.h"
#include "harness/device/device.h"
#include "harness/grouping/grouping_resolver.h"
#include "methods/regroup/grouping_expression.h"
#include "results/statistics.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

// How many examples of a split each domain holds.
void print_sizes(const Store& store, const Grouping& g) {
  std::array<DomainCounts, kSplitNames.size()> counts;
  for (size_t s = 0; s < counts.size(); ++s) counts[s] = count_domains(store, g, static_cast<Split>(s));
  const bool words = g.manifest.contains("keywords");
  fmt::print("\n{:>4} {:>8} {:>8} {:>8}  {}\n", "id", kSplitNames[0], kSplitNames[1], kSplitNames[2],
             words ? "telling words" : "domain");
  for (size_t c = 0; c < g.domain_names.size(); ++c)
    fmt::print("{:>4} {:>8} {:>8} {:>8}  {}\n", c, counts[0].examples[c], counts[1].examples[c],
               counts[2].examples[c],
               words ? g.manifest.at("keywords").at(c).get<std::string>() : g.domain_names[c]);
}

// One line a k: silhouette, and where k was chosen by it the loss, mean ± standard deviation over seeds.
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

}  // namespace

int regroup_command(const std::vector<std::string>& args) {
  po::options_description options("Options of rnb regroup");
  std::string store, k = "10", embedder = "minilm", prompt, expression, by = "silhouette", device = "cpu";
  const ShortRuns runs;
  int64_t random = 0;
  int seed = 1, nredo = 3, threads = 0;
  auto add = options.add_options();
  add("store", po::value(&store), "prepared store");
  add("k", po::value(&k), "clusters: 10, or 5..30:5 to choose one (default 10)");
  add("k-by", po::value(&by),
      "silhouette, or loss: the least validation loss of short runs at each k, kept in STORE/k-runs "
      "(default silhouette)");
  add("k-steps", po::value<std::string>(), fmt::format("of the short runs (default {})", runs.steps).c_str());
  add("k-seeds", po::value<std::string>(), fmt::format("runs at each k (default {})", runs.seeds).c_str());
  add("k-model", po::value<std::string>(), fmt::format("of the short runs (default {})", runs.model).c_str());
  add("k-context", po::value<std::string>(), "of the short runs; 0: the model's (default 0)");
  add("k-batch", po::value<std::string>(), fmt::format("of the short runs (default {})", runs.batch).c_str());
  add("k-lr", po::value<std::string>(), fmt::format("of the short runs (default {})", runs.lr).c_str());
  add("k-method", po::value<std::string>(),
      fmt::format("mixing of the short runs (default {})", runs.method).c_str());
  add("device", po::value(&device), "of the short runs: cpu, cuda or cuda:N (default cpu)");
  add("embedder", po::value(&embedder),
      "minilm, static (its token embeddings alone), encoder:FOLDER or static:FOLDER (a Hugging Face folder "
      "of BERT "
      "or ModernBERT); of images: clip:FOLDER or trained[:MODEL:STEPS:BATCH]; vectors (the data's own); "
      "npy:FILE (default minilm)");
  add("prompt", po::value(&prompt),
      "what encoder:FOLDER puts before each text, by its name in the folder's "
      "config_sentence_transformers.json; "
      "default: clustering where the folder has it, else the folder's default");
  add("seed", po::value(&seed), "of k-means (default 1)");
  add("nredo", po::value(&nredo), "starts of k-means (default 3)");
  add("random", po::value(&random), "instead: the control, that many random domains");
  add("grouping", po::value(&expression), "instead: a whole expression, such as regroup:k=5..30:5,seed=2");
  add("json", "print the manifest as JSON");
  add("threads", po::value(&threads), "0: all cores");
  po::variables_map values;
  if (!parse_command_line(args, {"regroup", "", "embed and cluster a store"}, options, values)) return 0;
  if (store.empty()) fail_usage("regroup", "--store is missing");
  resolve_device(device);  // before anything is touched
  at::set_num_threads(threads > 0 ? threads
                                  : static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  if (expression.empty()) {
    expression = random > 0 ? fmt::format("random:k={},seed={}", random, seed)
                            : fmt::format("regroup:k={},embedder={}{},seed={},nredo={}", k, embedder,
                                          prompt.empty() ? "" : ",prompt=" + prompt, seed, nredo);
    if (by != "silhouette") expression += ",by=" + by;
    for (const char* name : {"steps", "seeds", "model", "context", "batch", "lr", "method"})
      if (const std::string option = fmt::format("k-{}", name); values.count(option))
        expression += fmt::format(",{}={}", name, values[option].as<std::string>());
  }
  const Store prepared(store);
  const Grouping g = resolve_grouping(prepared, expression, {.device = device});
  if (values.count("json")) {
    fmt::print("{}\n", g.manifest.dump(1));
  } else {
    print(prepared, g);
  }
  return 0;
}

}  // namespace rnb
