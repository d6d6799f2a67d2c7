#include "harness/commands/prepare_command.h"

#include <fmt/ranges.h>
#include <boost/program_options.hpp>

#include "base/command_line.h"
#include "base/error.h"
#include "base/peak_memory.h"
#include "base/progress.h"
#include "datasets/prepare.h"
#include "datasets/store/image_store.h"
#include "datasets/store/store.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

po::options_description described() {
  po::options_description options("Options of rnb prepare", 110, 60);
  auto add = options.add_options();
  add("dataset", po::value<std::string>(), "by name; rnb list datasets has them and their options");
  add("from", po::value<std::string>(),
      "file or folder of the original data (docs/datasets.md); default: the data set's own");
  add("limit", po::value<int64_t>()->default_value(0), "a seeded subset of that many examples; 0: all");
  add("tokenizer", po::value<std::string>()->default_value(""), "train:4096, or a folder with a tokenizer");
  add("seed", po::value<uint64_t>()->default_value(0), "of splits and subsets");
  add("skip-bad", "count rows that cannot be used instead of stopping at the first");
  add("loss-on", po::value<std::string>()->default_value("completion"), "completion or all");
  add("option", po::value<std::vector<std::string>>()->composing(),
      "name=value, of the data set: rnb list datasets (repeatable)");
  add("threads", po::value<int>()->default_value(0), "0: all cores");
  add("out", po::value<std::string>(), "the store's folder");
  add("force",
      "replace a store of other options or sources; groupings and embeddings that stay true are kept");
  add("verify", "only compare every part of the store --out with its SHA-256");
  return options;
}

PrepareOptions parse(const po::variables_map& values) {
  PrepareOptions options;
  if (!values.count("dataset") || !values.count("out"))
    fail_usage("prepare", "--dataset and --out are needed; rnb list datasets names the data sets");
  options.dataset = values["dataset"].as<std::string>();
  options.out = values["out"].as<std::string>();
  if (values.count("from")) options.source.from = values["from"].as<std::string>();
  options.source.limit = values["limit"].as<int64_t>();
  if (options.source.limit < 0)
    fail_usage("prepare", "--limit {}: expected 0 (all) or more", options.source.limit);
  options.seed = options.source.seed = values["seed"].as<uint64_t>();
  options.tokenizer = values["tokenizer"].as<std::string>();
  options.bad_rows = values.count("skip-bad") ? BadRows::Skip : BadRows::Stop;
  options.threads = values["threads"].as<int>();
  options.existing = values.count("force") ? ExistingStore::Replace : ExistingStore::Refuse;
  const std::string loss_on = values["loss-on"].as<std::string>();
  if (loss_on != "completion" && loss_on != "all")
    fail_usage("prepare", "--loss-on {}: expected completion or all", loss_on);
  options.loss_on = loss_on == "all" ? LossOn::All : LossOn::Completion;
  if (values.count("option"))
    for (const std::string& word : values["option"].as<std::vector<std::string>>()) {
      const size_t equals = word.find('=');
      if (equals == std::string::npos || equals == 0)
        fail_usage("prepare", "--option '{}': expected name=value", word);
      options.source.extra[word.substr(0, equals)] = word.substr(equals + 1);
    }
  return options;
}

// "42 s, peak memory 310.0 MiB", with the most that the Parquet reader can have held beside it where there
// was one. `children_before`: of what a program that became this one had started.
std::string cost_of(const PrepareSummary& made, double children_before) {
  if (made.reused) return "up to date";
  std::string text =
      fmt::format("{}, peak memory {}", format_duration(made.seconds), format_bytes(peak_memory_bytes()));
  if (const double children = peak_memory_bytes_of_children(); children > children_before)
    text += fmt::format(", and at most {} to read Parquet", format_bytes(children));
  return text;
}

int verify(const po::variables_map& values) {
  if (!values.count("out")) fail_usage("prepare", "--verify needs --out, the store's folder");
  const Store store(values["out"].as<std::string>());
  verify_store(store);
  verify_images(store);
  fmt::print("{}: whole ({} examples)\n", store.folder().string(), store.size());
  return 0;
}

}  // namespace

int prepare_command(const std::vector<std::string>& args) {
  auto described_options = described();
  po::variables_map values;
  if (!parse_command_line(args, {"prepare", "", "read, tokenise and split a data set"}, described_options,
                          values))
    return 0;
  if (values.count("verify")) return verify(values);
  const PrepareOptions options = parse(values);
  const double children_before = peak_memory_bytes_of_children();
  const PrepareSummary made = prepare(options);
  for (const std::string& note : made.notes) fmt::print(stderr, "note: {}\n", note);
  fmt::print(stderr, "{}: {} examples, {} tokens, {} domains{} ({})\n", options.out.string(), made.examples,
             made.tokens, made.domains,
             made.bad_rows ? fmt::format(", {} rows skipped", made.bad_rows) : std::string(),
             cost_of(made, children_before));
  if (!made.left_behind.empty())
    fmt::print(stderr, "made for the old store and dropped with it: {}\n", fmt::join(made.left_behind, ", "));
  fmt::print("store={}\n", options.out.string());
  return 0;
}

}  // namespace rnb
