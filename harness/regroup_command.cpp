#include "harness/regroup_command.h"

#include <iostream>
#include <thread>

#include <torch/torch.h>
#include <boost/program_options.hpp>

#include "base/error.h"
#include "base/progress.h"
#include "harness/grouping_resolver.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

void print(const Grouping& g) {
  fmt::print("{}: {} domains\n", g.name, g.domain_names.size());
  if (!g.manifest.contains("silhouette")) return;
  fmt::print("\n{:>6} {:>12}\n", "k", "silhouette");
  const auto& s = g.manifest["silhouette"];
  for (size_t i = 0; i < s["k"].size(); ++i)
    fmt::print("{:>6} {:>12.4f}\n", s["k"][i].get<int64_t>(), s["value"][i].get<double>());
  fmt::print("\n{:>4} {:>8}  telling words\n", "id", "train");
  for (size_t c = 0; c < g.domain_names.size(); ++c)
    fmt::print("{:>4} {:>8}  {}\n", c, g.manifest["sizes"][c].get<int64_t>(),
               g.manifest["keywords"][c].get<std::string>());
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
  add("help", "show this text");
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
  try {
    po::store(po::command_line_parser(args)
                  .options(options)
                  .positional({})
                  .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
                  .run(),
              values);
    po::notify(values);
  } catch (const po::error& e) {
    throw UsageError("regroup", fmt::format("{}; rnb regroup --help lists the options", e.what()));
  }
  if (values.count("help")) {
    std::cout << "rnb regroup: embed and cluster a store\n\n" << options;
    return 0;
  }
  if (store.empty()) fail_usage("regroup", "--store is missing");
  at::set_num_threads(threads > 0 ? threads
                                  : static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  if (expression.empty())
    expression = random > 0
                     ? fmt::format("random:k={},seed={}", random, seed)
                     : fmt::format("regroup:k={},embedder={},seed={},nredo={}", k, embedder, seed, nredo);
  const Grouping g = resolve_grouping(Store(store), expression);
  if (values.count("json")) {
    fmt::print("{}\n", g.manifest.dump(1));
  } else {
    print(g);
  }
  return 0;
}

}  // namespace rnb
