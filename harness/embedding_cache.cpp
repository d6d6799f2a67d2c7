#include "harness/embedding_cache.h"

#include <algorithm>
#include <chrono>

#include <torch/torch.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/progress.h"
#include "base/sha256.h"
#include "harness/flop_counter.h"
#include "harness/ledger.h"
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

// Each part is preceded by its length, so that no two lists of texts give the same bytes.
std::string digest_of(const fs::path& encoder, const std::string& embedder,
                      const std::vector<std::string_view>& texts) {
  Sha256 hash;
  const auto add = [&](std::string_view part) {
    const uint64_t size = part.size();
    hash.update(&size, sizeof size);
    hash.update(part);
  };
  add(embedder);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(encoder)) {
    const auto kind = entry.path().extension();
    if (kind == ".safetensors" || kind == ".json" || kind == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    add(file.filename().string());
    add(sha256_file(file));
  }
  for (const auto text : texts) add(text);
  return hash.hex();
}

}  // namespace

Embeddings embed_store(const Store& store, const std::string& embedder) {
  if (embedder.starts_with("npy:")) {
    const fs::path file = embedder.substr(4);
    return {file, checked_dim(file, store), "", 0, 0, true};
  }
  if (embedder != "minilm" && embedder != "static")
    fail_usage("embed", "embedder '{}'; expected minilm, static or npy:FILE", embedder);
  const fs::path encoder = default_encoder_folder();
  std::vector<std::string_view> texts;
  texts.reserve(static_cast<size_t>(store.size()));
  for (int64_t i = 0; i < store.size(); ++i) texts.push_back(store.text(i));
  const std::string key = digest_of(encoder, embedder, texts);
  const fs::path folder = store.folder() / "embeddings", file = folder / (key.substr(0, 16) + ".npy"),
                 cost = folder / (key.substr(0, 16) + ".json");
  if (fs::exists(file) && fs::exists(cost)) {
    const auto saved = read_json_file(cost);
    const auto number = [&](const char* name) { return json_field<double>(saved, name, cost.string()); };
    return {file, checked_dim(file, store), key, number("seconds"), number("flops"), true};
  }
  fs::create_directories(folder);
  const auto start = std::chrono::steady_clock::now();
  Ledger ledger;
  std::vector<float> vectors;
  {
    const FlopCounter counter(ledger);
    const PhaseScope scope(ledger, Phase::Regroup);
    Progress progress("embed " + embedder, store.size());
    vectors = embed_texts(encoder, embedder == "minilm" ? EmbedMode::Encoder : EmbedMode::Static, texts,
                          [&](int64_t done) { progress.update(done); });
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double flops = ledger.flops(Phase::Regroup);
  const auto dim = static_cast<int64_t>(vectors.size()) / store.size();
  write_npy<float>(file, vectors, {store.size(), dim});
  const nlohmann::json record{
      {"embedder", embedder}, {"sha256", key}, {"dim", dim}, {"seconds", seconds}, {"flops", flops}};
  write_file_atomic(cost, record.dump(1) + "\n");
  return {file, dim, key, seconds, flops, false};
}

}  // namespace rnb
