#include "datasets/prepare.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>
#include <unordered_set>

#include <fmt/ranges.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/random.h"
#include "base/sha256.h"
#include "base/suggest.h"
#include "datasets/store/existing_store.h"
#include "datasets/store/image_writer.h"
#include "datasets/store/store.h"
#include "datasets/store/store_format.h"
#include "datasets/store/store_writer.h"
#include "datasets/tokenizer.h"
#include "datasets/training_texts.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr size_t kBlock = 2048;              // examples tokenised at once: what bounds the memory
constexpr size_t kBlockBytes = 32 << 20;     // or fewer, where they are long
constexpr size_t kTokenizerTexts = 200'000;  // most texts a tokenizer is trained on
constexpr size_t kTokenizerBytes = 64 << 20;
constexpr int64_t kShownBadRows = 5;

int threads_of(const PrepareOptions& options) {
  if (options.threads > 0) return options.threads;
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

// Reads good rows and applies the rule for bad ones.
class GoodRows {
 public:
  GoodRows(const PrepareOptions& options, const SourceSpec& spec, bool only_texts = false)
      : options_(options), skip_(spec.skips_bad || options.bad_rows == BadRows::Skip) {
    SourceOptions source = options.source;
    source.threads = threads_of(options);
    source.only_texts = only_texts;
    source_ = spec.open(source);
  }

  std::optional<Example> next() {
    while (auto row = source_->next()) {
      if (auto* example = std::get_if<Example>(&*row)) {
        try {
          require_utf8(example->prompt, "the prompt");
          require_utf8(example->completion, "the text");
          if (seen_.insert(hash64(example->id)).second) return std::move(*example);
          bad({"example " + example->id, "the id appears twice; ids decide the split and must be unique",
               "repeated id"});
        } catch (const Error& e) {
          bad({"example " + example->id, e.what(), "not UTF-8"});
        }
      } else {
        bad(std::get<BadRow>(*row));
      }
    }
    return std::nullopt;
  }
  Source& source() { return *source_; }
  int64_t bad_rows() const { return bad_; }
  const std::map<std::string, int64_t>& bad_kinds() const { return kinds_; }
  void quiet() { shown_ = kShownBadRows; }

 private:
  void bad(const BadRow& row) {
    if (!skip_) fail(options_.dataset, "{}: {}; --skip-bad leaves such rows out", row.where, row.reason);
    ++bad_;
    ++kinds_[row.kind];
    if (shown_++ < kShownBadRows) fmt::print(stderr, "skipped {}: {}\n", row.where, row.reason);
  }
  const PrepareOptions& options_;
  bool skip_;
  std::unique_ptr<Source> source_;
  int64_t bad_ = 0, shown_ = 0;
  std::unordered_set<uint64_t> seen_;
  std::map<std::string, int64_t> kinds_;
};

Split split_for(const Example& e, uint64_t seed) {
  if (e.hint == SplitHint::None) return split_of(e.id, seed);
  return static_cast<Split>(static_cast<int>(e.hint) - 1);
}

void check_options(const PrepareOptions& options, const SourceSpec& spec) {
  std::vector<std::string> names;
  for (const OptionSpec& o : spec.options) names.push_back(o.name);
  for (const auto& [name, value] : options.source.extra) {
    const auto o = std::find(names.begin(), names.end(), name);
    if (o == names.end())
      fail_usage(spec.name, "has no option '{}'{}", name,
                 names.empty() ? "; it has none" : suggestion(name, names));
    const auto& choices = spec.options[static_cast<size_t>(o - names.begin())].choices;
    if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end())
      fail_usage(spec.name, "{}={}{}", name, value, suggestion(value, choices));
  }
}

// `fixed`: Source::fixed_vocabulary. The source is read only where a tokenizer is trained on it.
std::unique_ptr<Tokenizer> make_tokenizer(const PrepareOptions& options, const SourceSpec& spec,
                                          int64_t fixed) {
  if (fixed > 0) return make_ids_tokenizer(static_cast<int32_t>(fixed));
  const std::string wanted = options.tokenizer.empty() ? "train:4096" : options.tokenizer;
  if (!wanted.starts_with("train:")) return load_tokenizer(wanted);
  int32_t size = 0;
  const auto [end, code] = std::from_chars(wanted.data() + 6, wanted.data() + wanted.size(), size);
  if (code != std::errc() || end != wanted.data() + wanted.size())
    fail_usage("prepare", "--tokenizer {}; expected train:SIZE or a folder", wanted);
  TrainingTexts texts(options.seed, kTokenizerTexts, kTokenizerBytes);
  GoodRows rows(options, spec, /*only_texts=*/true);
  rows.quiet();
  while (auto e = rows.next())
    if (split_for(*e, options.seed) == Split::Train) texts.add(e->prompt + e->completion);
  return train_sentencepiece(texts.take(), size);
}

enum class Written { Plainly, WithControlTokens };  // Source::control_tokens

Encoded encode(const Tokenizer& tokenizer, const Example& e, LossOn loss_on, Written written) {
  const bool plain = written == Written::Plainly;
  const auto ids = [&](const std::string& text) {
    return plain ? tokenizer.encode(text) : tokenizer.encode_with_specials(text);
  };
  Encoded out;
  if (plain && tokenizer.bos_id() >= 0) out.tokens.push_back(tokenizer.bos_id());
  const auto prompt = ids(e.prompt);
  out.tokens.insert(out.tokens.end(), prompt.begin(), prompt.end());
  out.loss_from = loss_on == LossOn::Completion ? static_cast<int32_t>(out.tokens.size()) : 0;
  const auto completion = ids(e.completion);
  out.tokens.insert(out.tokens.end(), completion.begin(), completion.end());
  if (plain && tokenizer.eos_id() >= 0) out.tokens.push_back(tokenizer.eos_id());
  return out;
}

// Domains that a method cannot draw from, or that nothing is measured on.
std::vector<std::string> warnings_of(const nlohmann::json& counts) {
  std::vector<std::string> untrained, out;
  bool evaluated = false, shared = false;
  for (const auto& [name, n] : counts.items()) {
    const bool valid = n.at("valid") > 0;
    evaluated = evaluated || valid;
    if (n.at("train") == 0)
      untrained.push_back(name);
    else
      shared = shared || valid;
  }
  if (!untrained.empty())
    out.push_back(
        fmt::format("{} of {} domains have no training example, and a method cannot draw from them: {}",
                    untrained.size(), counts.size(), fmt::join(untrained, ", ")));
  if (evaluated && !shared)
    out.push_back(
        "no domain is both trained and evaluated on: methods that weigh a domain by its own evaluation (rnb) "
        "need "
        "regrouped domains (rnb regroup)");
  return out;
}

nlohmann::json request_of(const PrepareOptions& o, const Source& source) {
  nlohmann::json files = nlohmann::json::object();
  for (const fs::path& file : source.files()) files[file.filename().string()] = sha256_file(file);
  std::string tokenizer = o.tokenizer.empty() ? "train:4096" : o.tokenizer;
  if (!tokenizer.starts_with("train:") && source.fixed_vocabulary() == 0)
    tokenizer = load_tokenizer(tokenizer)->digest();
  return {{"dataset", o.dataset},
          {"files", files},
          {"tokenizer", tokenizer},
          {"limit", o.source.limit},
          {"source_seed", o.source.seed},
          {"split_seed", o.seed},
          {"options", o.source.extra},
          {"loss_on", o.loss_on == LossOn::Completion ? "completion" : "all"},
          {"bad_rows", o.bad_rows == BadRows::Skip ? "skip" : "stop"},
          {"format_version", kStoreFormatVersion}};
}

// The store that is there already, if it was made from the same request and is whole. Throws Error when the
// folder holds something that must not be replaced.
std::optional<PrepareSummary> up_to_date(const PrepareOptions& options, const nlohmann::json& request) {
  const fs::path& folder = options.out;
  const auto manifest = existing_manifest(folder);
  if (!manifest) return std::nullopt;
  const auto differences = request_differences(manifest->at("request"), request);
  if (!differences.empty()) {
    if (options.existing == ExistingStore::Refuse)
      fail("prepare",
           "{}: holds a store made with other options or sources: {}; choose another --out, or replace it "
           "with "
           "--force",
           folder.string(), fmt::join(differences, ", "));
    return std::nullopt;
  }
  try {
    const Store store(folder);
    verify_store(store);
    const std::string where = (folder / "manifest.json").string();
    return PrepareSummary{store.size(),
                          json_field<int64_t>(*manifest, "tokens", where),
                          json_field<int64_t>(*manifest, "bad_rows_skipped", where),
                          static_cast<int64_t>(store.domain_names().size()),
                          0,
                          true,
                          manifest->value("notes", std::vector<std::string>()),
                          {}};
  } catch (const Error& e) {
    fmt::print(stderr, "{}; preparing it again\n", e.what());
    return std::nullopt;
  }
}

}  // namespace

PrepareSummary prepare(const PrepareOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const SourceSpec& spec = source_spec(options.dataset);
  check_options(options, spec);
  auto unread = spec.open(options.source);
  const nlohmann::json request = request_of(options, *unread);
  const int64_t fixed = unread->fixed_vocabulary();
  unread.reset();
  if (const auto reused = up_to_date(options, request)) return *reused;

  const auto tokenizer = make_tokenizer(options, spec, fixed);
  const int threads = threads_of(options);
  AtomicFolder folder(options.out);
  StoreWriter writer(folder.path());
  GoodRows rows(options, spec);
  const Written written = rows.source().control_tokens() ? Written::WithControlTokens : Written::Plainly;
  ImageWriter images(folder.path(), rows.source());
  Progress progress("prepare " + options.dataset, 0);
  for (bool more = true; more;) {
    std::vector<Example> block;
    for (size_t bytes = 0; block.size() < kBlock && bytes < kBlockBytes;) {
      auto example = rows.next();
      if (!example) {
        more = false;
        break;
      }
      bytes += example->prompt.size() + example->completion.size() + example->pixels.size();
      block.push_back(std::move(*example));
    }
    std::vector<Encoded> encoded(block.size());
    parallel_for(static_cast<int64_t>(block.size()), threads, [&](int64_t i) {
      encoded[static_cast<size_t>(i)] =
          encode(*tokenizer, block[static_cast<size_t>(i)], options.loss_on, written);
    });
    for (size_t i = 0; i < block.size(); ++i) {
      writer.add(block[i], encoded[i], split_for(block[i], options.seed));
      images.add(block[i]);
    }
    progress.update(writer.examples());
  }
  if (writer.examples() == 0) fail("prepare", "{} gave no usable example", options.dataset);

  nlohmann::json manifest = writer.close();
  auto notes = rows.source().notes();
  for (const auto& [kind, n] : rows.bad_kinds())
    if (spec.skips_bad) notes.push_back(fmt::format("{} rows left out: {}", n, kind));
  for (auto& note : warnings_of(manifest["counts"])) notes.push_back(std::move(note));
  if (written == Written::WithControlTokens && tokenizer->encode_with_specials("<|im_start|>").size() != 1)
    notes.push_back(
        "the tokenizer has no <|im_start|>: the marks of the chat template are ordinary text to it");
  if (!notes.empty()) manifest["notes"] = notes;
  if (auto described = images.close(request.at("files")); !described.is_null())
    manifest["images"] = described;
  fs::create_directories(folder.path() / "tokenizer");
  tokenizer->save(folder.path() / "tokenizer");
  std::vector<double> weights;
  const auto given = rows.source().evaluation_weights();
  if (!given.empty())
    for (const auto& name : manifest["domain_names"])
      weights.push_back(given.contains(name) ? given.at(name) : 0.0);
  manifest["encoding-type"] = "rnb-store";
  manifest["dataset"] = options.dataset;
  manifest["licence"] = spec.licence;
  manifest["request"] = request;
  manifest["tokenizer"] = {{"kind", tokenizer->kind()}, {"sha256", tokenizer->digest()}};
  manifest["vocab_size"] = tokenizer->vocab_size();
  manifest["evaluation_weights"] = weights;
  manifest["examples"] = writer.examples();
  manifest["tokens"] = writer.tokens();
  manifest["bad_rows_skipped"] = rows.bad_rows();
  if (rows.bad_rows() > 0) manifest["bad_rows_by_kind"] = rows.bad_kinds();
  for (const auto& entry : fs::directory_iterator(folder.path()))
    if (entry.is_regular_file())
      manifest["sha256"][entry.path().filename().string()] = sha256_file(entry.path());
  write_file_atomic(folder.path() / "manifest.json", manifest.dump(1) + "\n");
  write_image_folder(folder.path(), rows.source());
  PrepareSummary summary;
  if (fs::exists(options.out / "manifest.json")) summary.left_behind = carry_over(options.out, folder.path());
  folder.commit();
  summary.examples = writer.examples();
  summary.tokens = writer.tokens();
  summary.bad_rows = rows.bad_rows();
  summary.notes = notes;
  summary.domains = static_cast<int64_t>(manifest["domain_names"].size());
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary;
}

}  // namespace rnb
