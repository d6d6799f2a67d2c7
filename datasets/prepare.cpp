#include "datasets/prepare.h"

#include <chrono>

#include <fmt/ranges.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/sha256.h"
#include "datasets/good_rows.h"
#include "datasets/source_digests.h"
#include "datasets/store/existing_store.h"
#include "datasets/store/image_writer.h"
#include "datasets/store/store.h"
#include "datasets/store/store_format.h"
#include "datasets/store/store_writer.h"
#include "datasets/store_tokenizer.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr size_t kBlock = 2048;           // examples tokenised at once: what bounds the memory
constexpr size_t kBlockBytes = 32 << 20;  // or fewer, where they are long

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

// All that decides what a store holds.
nlohmann::json request_of(const PrepareOptions& o, const nlohmann::json& files, int64_t fixed_vocabulary) {
  return {{"dataset", o.dataset},
          {"files", files},
          {"tokenizer", tokenizer_request(o, fixed_vocabulary)},
          {"limit", o.source.limit},
          {"source_seed", o.source.seed},
          {"split_seed", o.seed},
          {"options", o.source.extra},
          {"loss_on", o.loss_on == LossOn::Completion ? "completion" : "all"},
          {"bad_rows", o.bad_rows == BadRows::Skip ? "skip" : "stop"},
          {"format_version", kStoreFormatVersion}};
}

// What the manifest, whose file is `where`, says of its store.
PrepareSummary summary_of(const nlohmann::json& manifest, const std::string& where) {
  PrepareSummary out;
  out.examples = json_field<int64_t>(manifest, "examples", where);
  out.tokens = json_field<int64_t>(manifest, "tokens", where);
  out.bad_rows = json_field<int64_t>(manifest, "bad_rows_skipped", where);
  out.domains =
      static_cast<int64_t>(json_field<std::vector<std::string>>(manifest, "domain_names", where).size());
  out.notes = manifest.value("notes", std::vector<std::string>());
  return out;
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
    PrepareSummary summary = summary_of(*manifest, (folder / "manifest.json").string());
    summary.reused = true;
    return summary;
  } catch (const Error& e) {
    fmt::print(stderr, "{}; preparing it again\n", e.what());
    return std::nullopt;
  }
}

std::vector<Example> next_block(GoodRows& rows) {
  std::vector<Example> block;
  for (size_t bytes = 0; block.size() < kBlock && bytes < kBlockBytes;) {
    auto example = rows.next();
    if (!example) break;
    bytes += example->prompt.size() + example->completion.size() + example->pixels.size();
    block.push_back(std::move(*example));
  }
  return block;
}

// Everything but manifest.json and tars.json of a store in `folder`.
class StoreParts {
 public:
  StoreParts(const fs::path& folder, const PrepareOptions& options, const SourceSpec& spec)
      : folder_(folder),
        options_(options),
        spec_(spec),
        rows_(options, spec),
        written_(rows_.source().control_tokens() ? Written::WithControlTokens : Written::Plainly),
        writer_(folder),
        images_(folder, rows_.source()) {}

  void write(const Tokenizer& tokenizer) {
    Progress progress("prepare " + options_.dataset, 0);
    const int threads = thread_count(options_.threads);
    for (auto block = next_block(rows_); !block.empty(); block = next_block(rows_)) {
      std::vector<Encoded> encoded(block.size());
      parallel_for(static_cast<int64_t>(block.size()), threads, [&](int64_t i) {
        const auto at = static_cast<size_t>(i);
        encoded[at] = encode(tokenizer, block[at], options_.loss_on, written_);
      });
      for (size_t i = 0; i < block.size(); ++i) {
        writer_.add(block[i], encoded[i], split_for(block[i], options_.seed));
        images_.add(block[i]);
      }
      progress.update(writer_.examples());
    }
    if (writer_.examples() == 0) fail("prepare", "{} gave no usable example", options_.dataset);
    fs::create_directories(folder_ / "tokenizer");
    tokenizer.save(folder_ / "tokenizer");
  }

  // To be called once, after write().
  nlohmann::json manifest(const Tokenizer& tokenizer, const nlohmann::json& request,
                          const SourceDigests& digests) {
    nlohmann::json manifest = writer_.close();
    if (auto notes = notes_of(tokenizer, manifest["counts"]); !notes.empty()) manifest["notes"] = notes;
    if (auto described = images_.close(digests); !described.is_null()) manifest["images"] = described;
    manifest["encoding-type"] = "rnb-store";
    manifest["dataset"] = options_.dataset;
    manifest["licence"] = spec_.licence;
    manifest["request"] = request;
    manifest["tokenizer"] = {{"kind", tokenizer.kind()}, {"sha256", tokenizer.digest()}};
    manifest["vocab_size"] = tokenizer.vocab_size();
    manifest["evaluation_weights"] = evaluation_weights(manifest["domain_names"]);
    manifest["examples"] = writer_.examples();
    manifest["tokens"] = writer_.tokens();
    manifest["bad_rows_skipped"] = rows_.bad_rows();
    if (rows_.bad_rows() > 0) manifest["bad_rows_by_kind"] = rows_.bad_kinds();
    for (const auto& entry : fs::directory_iterator(folder_))
      if (entry.is_regular_file())
        manifest["sha256"][entry.path().filename().string()] = sha256_file(entry.path());
    return manifest;
  }

  const Source& source() { return rows_.source(); }

 private:
  std::vector<std::string> notes_of(const Tokenizer& tokenizer, const nlohmann::json& counts) {
    auto notes = rows_.source().notes();
    if (spec_.bad_rows == BadRows::Skip)
      for (const auto& [kind, n] : rows_.bad_kinds())
        notes.push_back(fmt::format("{} rows left out: {}", n, kind));
    for (auto& note : warnings_of(counts)) notes.push_back(std::move(note));
    if (written_ == Written::WithControlTokens && tokenizer.encode_with_specials("<|im_start|>").size() != 1)
      notes.emplace_back(
          "the tokenizer has no <|im_start|>: the marks of the chat template are ordinary text to it");
    return notes;
  }

  std::vector<double> evaluation_weights(const nlohmann::json& domain_names) {
    const auto given = rows_.source().evaluation_weights();
    std::vector<double> weights;
    if (given.empty()) return weights;
    for (const auto& name : domain_names) weights.push_back(given.contains(name) ? given.at(name) : 0.0);
    return weights;
  }

  fs::path folder_;
  const PrepareOptions& options_;
  const SourceSpec& spec_;
  GoodRows rows_;
  Written written_;
  StoreWriter writer_;
  ImageWriter images_;
};

}  // namespace

PrepareSummary prepare(const PrepareOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const SourceSpec& spec = source_spec(options.dataset);
  auto unread = open_source(spec, options.source);
  const SourceDigests digests(unread->files());
  const int64_t fixed = unread->fixed_vocabulary();
  unread.reset();
  const nlohmann::json request = request_of(options, digests.by_name(), fixed);
  if (auto reused = up_to_date(options, request)) return *reused;

  const auto tokenizer = make_tokenizer(options, spec, fixed);
  AtomicFolder folder(options.out);
  StoreParts parts(folder.path(), options, spec);
  parts.write(*tokenizer);
  const nlohmann::json manifest = parts.manifest(*tokenizer, request, digests);
  write_file_atomic(folder.path() / "manifest.json", manifest.dump(1) + "\n");
  write_image_folder(folder.path(), parts.source());
  PrepareSummary summary = summary_of(manifest, (options.out / "manifest.json").string());
  if (fs::exists(options.out / "manifest.json")) summary.left_behind = carry_over(options.out, folder.path());
  folder.commit();
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary;
}

}  // namespace rnb
