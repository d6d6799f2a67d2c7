#include "harness/grouping/image_embedding.h"

#include <charconv>
#include <chrono>

#include "base/error.h"
#include "base/progress.h"
#include "base/sha256.h"
#include "harness/bill/flop_counter.h"
#include "harness/bill/ledger.h"
#include "harness/device/device.h"
#include "harness/tasks/clip_batch.h"
#include "models/clip.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kImages = 64;  // embedded at once

TrainedTower train_tower(const Store& store, const TrainedEmbedder& wanted, const ResolveOptions& options) {
  if (!options.train_tower)
    fail("embed", "trained:{} trains a model, which is not to be had here; name one with clip:FOLDER",
         wanted.model);
  Experiment e;
  e.store = store.folder().string();
  e.model = wanted.model;
  e.steps = wanted.steps;
  e.batch = wanted.batch;
  e.eval_batch = wanted.batch;
  e.method = "natural";
  e.eval_every = 0;
  e.save_model = true;
  e.device = options.device;
  e.precision = options.precision;
  check_experiment(e);
  fmt::print(stderr, "training {} for {} steps to embed the images with\n", e.model, e.steps);
  return options.train_tower(e, store);
}

// Of everything that the vectors are made from: the weights, their shape, and the store's images.
std::string key_of(const Store& store, const fs::path& folder) {
  std::string text = "images\n" + encoder_digest(folder) + "\n";
  const auto& parts = store.manifest().at("sha256");
  for (const char* part : {"image.npy", "pixels.npy"}) text += parts.value(part, "") + "\n";
  return sha256_hex(text + store.manifest().at("images").dump());
}

}  // namespace

bool embeds_images(const std::string& embedder) {
  return embedder.starts_with("clip:") || embedder == "trained" || embedder.starts_with("trained:");
}

TrainedEmbedder parse_trained_embedder(const std::string& embedder) {
  TrainedEmbedder out;
  std::vector<std::string> parts;
  for (size_t at = 0; at <= embedder.size();) {
    const size_t end = std::min(embedder.find(':', at), embedder.size());
    parts.push_back(embedder.substr(at, end - at));
    at = end + 1;
  }
  const auto number = [&](const std::string& text, int64_t& n) {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), n);
    return code == std::errc() && end == text.data() + text.size() && n >= 1 && n <= 1'000'000'000;
  };
  if (parts.size() > 1 && !parts[1].empty()) out.model = parts[1];
  if (parts.size() > 4 || (parts.size() > 2 && !number(parts[2], out.steps)) ||
      (parts.size() > 3 && !number(parts[3], out.batch)))
    fail_usage("embed", "embedder '{}'; expected trained:MODEL:STEPS:BATCH, for example trained:{}:{}:{}",
               embedder, TrainedEmbedder{}.model, TrainedEmbedder{}.steps, TrainedEmbedder{}.batch);
  return out;
}

Embeddings embed_images(const Store& store, const std::string& embedder, const ResolveOptions& options) {
  const ImageStore images(store);
  const bool trained = !embedder.starts_with("clip:");
  const TrainedTower tower = trained ? train_tower(store, parse_trained_embedder(embedder), options)
                                     : TrainedTower{embedder.substr(5), 0, 0};
  if (!fs::is_regular_file(tower.folder / "config.json"))
    fail("embed", "{}: is not a folder with a CLIP (config.json, model.safetensors)", tower.folder.string());
  const std::string key = key_of(store, tower.folder);
  if (const auto kept = kept_embeddings(store, key)) return *kept;
  const auto start = std::chrono::steady_clock::now();
  Ledger ledger;
  const torch::Device device = resolve_device(options.device);
  Clip model = make_clip(tower.folder.string(), {}, 0, 0, device);
  const int64_t dim = model.config().embedding;
  std::vector<float> vectors;
  vectors.reserve(static_cast<size_t>(store.size() * dim));
  {
    const torch::InferenceMode inference;
    const FlopCounter counter(ledger);
    const PhaseScope scope(ledger, Phase::Regroup);
    Progress progress("embed images", store.size());
    const ClipBatching how{store, images, model.config(), 0, true, 0};
    for (int64_t begin = 0; begin < store.size(); begin += kImages) {
      std::vector<int64_t> examples;
      for (int64_t i = begin; i < std::min(begin + kImages, store.size()); ++i) examples.push_back(i);
      const auto part = model
                            .image_embeddings(model.image_features(
                                to_device(collate_pixels(how, examples, std::nullopt), device)))
                            .to(torch::kCPU)
                            .contiguous();
      vectors.insert(vectors.end(), part.data_ptr<float>(), part.data_ptr<float>() + part.numel());
      progress.update(begin + static_cast<int64_t>(examples.size()));
    }
  }
  const double seconds =
      tower.seconds + std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double flops = tower.flops + ledger.flops(Phase::Regroup);
  return keep_embeddings(
      store, key, vectors, seconds, flops,
      {{"embedder", embedder}, {"training_seconds", tower.seconds}, {"training_flops", tower.flops}});
}

}  // namespace rnb
