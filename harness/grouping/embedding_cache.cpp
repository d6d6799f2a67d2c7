#include "harness/grouping/embedding_cache.h"

#include <algorithm>
#include <chrono>

#include <torch/torch.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/progress.h"
#include "base/sha256.h"
#include "harness/bill/flop_counter.h"
#include "harness/bill/ledger.h"
#include "models/sentence_folder.h"
#include "models/text_encoder.h"

namespace rnb {
namespace fs = std::filesystem;

namespace {

// The width of a file that must have one float32 row for each example.
int64_t checked_dim(const fs::path& file, const Store& store) {
  const NpyArray array(file);
  if (array.shape().size() != 2 || array.shape()[0] != store.size())
    fail("embed", "{}: shape [{}]; expected one row for each of the store's {} examples", file.string(),
         fmt::join(array.shape(), ", "), store.size());
  array.values<float>();
  return array.shape()[1];
}

// Each part is preceded by its length, so that no two lists of parts give the same bytes.
void add_part(Sha256& hash, std::string_view part) {
  const uint64_t size = part.size();
  hash.update(&size, sizeof size);
  hash.update(part);
}

void add_files(Sha256& hash, const fs::path& encoder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(encoder, error)) {
    const auto kind = entry.path().extension();
    if (kind == ".safetensors" || kind == ".json" || kind == ".txt") files.push_back(entry.path());
  }
  if (error) fail("embed", "{}: {}; expected an encoder's folder", encoder.string(), error.message());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    add_part(hash, file.filename().string());
    add_part(hash, sha256_file(file));
  }
}

struct Place {
  fs::path vectors, cost;
};

Place place_of(const Store& store, const std::string& key) {
  const fs::path folder = store.folder() / "embeddings";
  return {folder / (key.substr(0, 16) + ".npy"), folder / (key.substr(0, 16) + ".json")};
}

std::string digest_of(const fs::path& encoder, const std::string& mode, const std::string& prompt,
                      const std::vector<std::string_view>& texts) {
  Sha256 hash;
  add_part(hash, mode);
  add_files(hash, encoder);
  if (!prompt.empty()) add_part(hash, "prompt: " + prompt);
  for (const auto text : texts) add_part(hash, text);
  return hash.hex();
}

// The folder of "encoder:FOLDER" and "static:FOLDER"; empty for the installed encoder's two.
std::string folder_of(const std::string& embedder) {
  const size_t colon = embedder.find(':');
  return colon == std::string::npos ? "" : embedder.substr(colon + 1);
}

}  // namespace

std::string encoder_digest(const fs::path& folder) {
  Sha256 hash;
  add_files(hash, folder);
  return hash.hex();
}

std::string embedder_digest(const std::string& embedder) {
  if (embedder.starts_with("npy:")) return sha256_file(embedder.substr(4));
  if (folder_of(embedder).empty() || embedder.starts_with("trained:")) return "";
  return encoder_digest(folder_of(embedder));
}

std::optional<Embeddings> kept_embeddings(const Store& store, const std::string& key) {
  const Place place = place_of(store, key);
  if (!fs::exists(place.vectors) || !fs::exists(place.cost)) {
    fs::create_directories(place.vectors.parent_path());
    return std::nullopt;
  }
  const auto saved = read_json_file(place.cost);
  const auto number = [&](const char* name) { return json_field<double>(saved, name, place.cost.string()); };
  return Embeddings{place.vectors, checked_dim(place.vectors, store), key, number("seconds"), number("flops"),
                    true};
}

Embeddings keep_embeddings(const Store& store, const std::string& key, std::span<const float> vectors,
                           double seconds, double flops, nlohmann::json record) {
  const Place place = place_of(store, key);
  const auto dim = static_cast<int64_t>(vectors.size()) / store.size();
  write_npy<float>(place.vectors, vectors, {store.size(), dim});
  record.update({{"sha256", key}, {"dim", dim}, {"seconds", seconds}, {"flops", flops}});
  write_file_atomic(place.cost, record.dump(1) + "\n");
  return {place.vectors, dim, key, seconds, flops, false};
}

Embeddings embed_store(const Store& store, const std::string& embedder, const std::string& prompt_name) {
  if (embedder.starts_with("npy:")) {
    const fs::path file = embedder.substr(4);
    return {file, checked_dim(file, store), "", 0, 0, true};
  }
  if (embedder == "vectors") {
    const fs::path file = store.folder() / "vectors.npy";
    if (!fs::exists(file))
      fail("embed", "{}: this store has no vectors of its own; prepare it with --option vectors=FILE.npz",
           store.folder().string());
    return {file, checked_dim(file, store), "", 0, 0, true};
  }
  const bool whole = embedder == "minilm" || embedder.starts_with("encoder:");
  if (!whole && embedder != "static" && !embedder.starts_with("static:"))
    fail_usage("embed",
               "embedder '{}'; expected minilm, static, encoder:FOLDER, static:FOLDER, vectors, "
               "clip:FOLDER, trained or npy:FILE",
               embedder);
  const std::string given = folder_of(embedder);
  const fs::path encoder = given.empty() ? default_encoder_folder() : fs::path(given);
  const std::string prompt = whole ? read_prompt(encoder, prompt_name, "clustering") : "";
  std::vector<std::string_view> texts;
  texts.reserve(static_cast<size_t>(store.size()));
  for (int64_t i = 0; i < store.size(); ++i) texts.push_back(store.text(i));
  const std::string key = digest_of(encoder, whole ? "minilm" : "static", prompt, texts);
  if (const auto kept = kept_embeddings(store, key)) return *kept;
  const auto start = std::chrono::steady_clock::now();
  Ledger ledger;
  std::vector<float> vectors;
  {
    const FlopCounter counter(ledger);
    const PhaseScope scope(ledger, Phase::Regroup);
    Progress progress("embed " + embedder, store.size());
    vectors = embed_texts(
        encoder, whole ? EmbedMode::Encoder : EmbedMode::Static, texts,
        [&](int64_t done) { progress.update(done); }, prompt);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return keep_embeddings(store, key, vectors, seconds, ledger.flops(Phase::Regroup),
                         {{"embedder", embedder}, {"prompt", prompt}});
}

}  // namespace rnb
