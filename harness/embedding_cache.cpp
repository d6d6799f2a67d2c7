#include "harness/embedding_cache.h"

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

Embeddings embed_store(const Store& store, const std::string& embedder) {
  if (embedder.starts_with("npy:")) {
    const fs::path file = embedder.substr(4);
    const NpyArray array(file);
    if (array.shape().size() != 2 || array.shape()[0] != store.size())
      fail("embed", "{}: shape [{}]; expected one row for each of the store's {} examples", file.string(),
           fmt::join(array.shape(), ", "), store.size());
    array.values<float>();
    return {file, 0, 0, true};
  }
  if (embedder != "minilm" && embedder != "static")
    fail_usage("embed", "embedder '{}'; expected minilm, static or npy:FILE", embedder);
  const fs::path encoder = default_encoder_folder();
  Sha256 hash;
  hash.update(embedder + sha256_file(encoder / "model.safetensors"));
  std::vector<std::string_view> texts;
  for (int64_t i = 0; i < store.size(); ++i) {
    texts.push_back(store.text(i));
    hash.update(texts.back());
    hash.update("\n");
  }
  const std::string key = hash.hex().substr(0, 16);
  const fs::path folder = store.folder() / "embeddings", file = folder / (key + ".npy"),
                 cost = folder / (key + ".json");
  if (fs::exists(file) && fs::exists(cost)) {
    const auto saved = read_json_file(cost);
    return {file, saved.at("seconds").get<double>(), saved.at("flops").get<double>(), true};
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
  write_npy<float>(file, vectors, {store.size(), static_cast<int64_t>(vectors.size()) / store.size()});
  write_file_atomic(
      cost, nlohmann::json{{"embedder", embedder}, {"seconds", seconds}, {"flops", flops}}.dump(1) + "\n");
  return {file, seconds, flops, false};
}

}  // namespace rnb
