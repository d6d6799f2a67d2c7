#include "harness/regroup_command.h"

#include <array>
#include <thread>

#include <torch/torch.h>
#include <boost/program_options.hpp>

#include "base/command_line.h"
#include "base/error.h"
#include "base/progress.h"
#include "harness/grouping_resolver.h"

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

void print(const Store& store, const Grouping& g) {
  fmt::print("{}: {} domains\n", g.name, g.domain_names.size());
  if (g.manifest.contains("silhouette")) {
    const auto& s = g.manifest.at("silhouette");
    const auto chosen = g.manifest.value("k_requested", g.manifest.value("k", int64_t{0}));
    fmt::print("\n{:>6} {:>12}\n", "k", "silhouette");
    for (size_t i = 0; i < s.at("k").size(); ++i) {
      const auto k = s.at("k").at(i).get<int64_t>();
      fmt::print("{:>6} {:>12.4f}{}\n", k, s.at("value").at(i).get<double>(), k == chosen ? "  chosen" : "");
    }
  }
  print_sizes(store, g);
  if (g.manifest.contains("silhouette"))
    fmt::print("\nembedding {}, clustering {}\n", format_duration(g.manifest.value("embedding_seconds", 0.0)),
               format_duration(g.manifest.value("seconds", 0.0)));
}

}  // namespace

int regroup_command(const std::vector<std::string>& args) {
  po::options_description options("Options of rnb regroup");
  std::string store, k = "10", embedder = "minilm", expression;
  int64_t random = 0;
  int seed = 1, nredo = 3, threads = 0;
  auto add = options.add_options();
  add("store", po::value(&store), "prepared store");
  add("k", po::value(&k), "clusters: 10, or 5..30:5 to choose by silhouette (default 10)");
  add("embedder", po::value(&embedder), "minilm, static or npy:FILE (default minilm)");
  add("seed", po::value(&seed), "of k-means (default 1)");
  add("nredo", po::value(&nredo), "starts of k-means (default 3)");
  add("random", po::value(&random), "instead: the control, that many random domains");
  add("grouping", po::value(&expression), "instead: a whole expression, such as regroup:k=5..30:5,seed=2");
  add("json", "print the manifest as JSON");
  add("threads", po::value(&threads), "0: all cores");
  po::variables_map values;
  if (!parse_command_line(args, {"regroup", "", "embed and cluster a store"}, options, values)) return 0;
  if (store.empty()) fail_usage("regroup", "--store is missing");
  at::set_num_threads(threads > 0 ? threads
                                  : static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  if (expression.empty())
    expression = random > 0
                     ? fmt::format("random:k={},seed={}", random, seed)
                     : fmt::format("regroup:k={},embedder={},seed={},nredo={}", k, embedder, seed, nredo);
  const Store prepared(store);
  const Grouping g = resolve_grouping(prepared, expression);
  if (values.count("json")) {
    fmt::print("{}\n", g.manifest.dump(1));
  } else {
    print(prepared, g);
  }
  return 0;
}

}  // namespace rnb
