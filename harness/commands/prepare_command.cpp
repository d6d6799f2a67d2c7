// `rnb prepare`: source files -> a prepared store.

#include <fmt/ranges.h>

#include "base/error.h"
#include "base/name_value.h"
#include "base/peak_memory.h"
#include "base/progress.h"
#include "datasets/prepare.h"
#include "datasets/store/image_store.h"
#include "datasets/store/store.h"
#include "harness/commands/command.h"

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
  add_threads_option(options);
  add("out", po::value<std::string>(), "the store's folder");
  add("force",
      "replace a store of other options or sources; groupings and embeddings that stay true are kept");
  add("verify", "only compare every part of the store --out with its SHA-256");
  return options;
}

void set_source_option(SourceOptions& source, const std::string& word) {
  const auto option = split_name_value(word);
  if (!option) fail_usage("prepare", "--option '{}': expected name=value", word);
  source.extra[option->name] = option->value;
}

PrepareOptions options_of(const CommandInput& input) {
  PrepareOptions options;
  if (!input.has("dataset") || !input.has("out"))
    fail_usage("prepare", "--dataset and --out are needed; rnb list datasets names the data sets");
  options.dataset = input.text("dataset");
  options.out = input.text("out");
  options.source.from = input.text("from");
  options.source.limit = input.get<int64_t>("limit");
  if (options.source.limit < 0)
    fail_usage("prepare", "--limit {}: expected 0 (all) or more", options.source.limit);
  options.seed = options.source.seed = input.get<uint64_t>("seed");
  options.tokenizer = input.text("tokenizer");
  options.bad_rows = input.has("skip-bad") ? BadRows::Skip : BadRows::Stop;
  options.threads = threads_of(input, "prepare");
  options.existing = input.has("force") ? ExistingStore::Replace : ExistingStore::Refuse;
  const std::string loss_on = input.text("loss-on");
  if (loss_on != "completion" && loss_on != "all")
    fail_usage("prepare", "--loss-on {}: expected completion or all", loss_on);
  options.loss_on = loss_on == "all" ? LossOn::All : LossOn::Completion;
  for (const std::string& word : input.texts("option")) set_source_option(options.source, word);
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

int verify(const CommandInput& input) {
  if (!input.has("out")) fail_usage("prepare", "--verify needs --out, the store's folder");
  const Store store(input.text("out"));
  verify_store(store);
  verify_images(store);
  fmt::print("{}: whole ({} examples)\n", store.folder().string(), store.size());
  return 0;
}

int run(const CommandInput& input) {
  if (input.has("verify")) return verify(input);
  const PrepareOptions options = options_of(input);
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

ChoicesByOption choices() {
  return {{"dataset", {registered_names<SourceSpec>()}}, {"loss-on", {{"completion", "all"}}}};
}

}  // namespace

RNB_REGISTER(Command, .name = "prepare", .section = Section::Data,
             .summary = "read, tokenise and split a data set: source files -> prepared store",
             .options = described, .choices = choices, .run = run);

}  // namespace rnb
