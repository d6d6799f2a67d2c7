// `rnb regroup` as the command line shows it; regroup_command.cpp runs it.

#include <fmt/format.h>

#include "harness/commands/command.h"
#include "harness/commands/experiment_choices.h"
#include "methods/core/registry.h"
#include "methods/regroup/grouping_expression.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

// Without a default, so that an expression names only what was given.
void add_short_runs(po::options_description& options) {
  const ShortRuns runs;
  const auto text = [] { return po::value<std::string>(); };
  auto add = options.add_options();
  add("k-steps", text(), fmt::format("of the short runs (default {})", runs.steps).c_str());
  add("k-seeds", text(), fmt::format("runs at each k (default {})", runs.seeds).c_str());
  add("k-model", text(), fmt::format("of the short runs (default {})", runs.model).c_str());
  add("k-context", text(), "of the short runs; 0: the model's (default 0)");
  add("k-batch", text(), fmt::format("of the short runs (default {})", runs.batch).c_str());
  add("k-lr", text(), fmt::format("of the short runs (default {})", runs.lr).c_str());
  add("k-method", text(), fmt::format("mixing of the short runs (default {})", runs.method).c_str());
}

po::options_description described() {
  po::options_description options("Options of rnb regroup");
  const auto text = [](const char* usual) { return po::value<std::string>()->default_value(usual); };
  auto add = options.add_options();
  add("store", po::value<std::string>(), "prepared store");
  add("k", text("10"), "clusters: 10, or 5..30:5 to choose one");
  add("k-by", text("silhouette"),
      "silhouette, or loss: the least validation loss of short runs at each k, kept in STORE/k-runs");
  add_short_runs(options);
  add("device", text("cpu"), "of the short runs: cpu, cuda or cuda:N");
  add("embedder", text("minilm"),
      "minilm, static (its token embeddings alone), encoder:FOLDER or static:FOLDER (a Hugging Face folder "
      "of BERT or ModernBERT); of images: clip:FOLDER or trained[:MODEL:STEPS:BATCH]; vectors (the data's "
      "own); npy:FILE");
  add("prompt", po::value<std::string>(),
      "what encoder:FOLDER puts before each text, by its name in the folder's "
      "config_sentence_transformers.json; default: clustering where the folder has it, else the folder's "
      "default");
  add("seed", po::value<int>()->default_value(1), "of k-means");
  add("nredo", po::value<int>()->default_value(3), "starts of k-means");
  add("random", po::value<int64_t>()->default_value(0),
      "instead: the control, that many random domains; 0: no");
  add("grouping", po::value<std::string>(), "instead: a whole expression, such as regroup:k=5..30:5,seed=2");
  add("json", "print the manifest as JSON");
  add_threads_option(options);
  return options;
}

ChoicesByOption choices() {
  return {{"k-by", {{"silhouette", "loss"}}},
          {"k-model", {names_of_models(), /*also_files=*/true}},
          {"k-method", {registered_names<MethodSpec>()}},
          {"device", {names_of_devices()}},
          {"embedder", {{"minilm", "static", "vectors", "trained"}}}};
}

}  // namespace

RNB_REGISTER(Command, .name = "regroup", .section = Section::Data, .summary = "embed and cluster a store",
             .options = described, .choices = choices);

}  // namespace rnb
