#pragma once
// Embeddings of a store's texts, made once and kept beside the store with what they cost.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "datasets/store/store.h"

namespace rnb {

struct Embeddings {
  std::filesystem::path file;  // .npy, float32 [examples x dim]
  int64_t dim = 0;
  std::string sha;     // what the vectors were made from; empty for npy:FILE
  double seconds = 0;  // what making them cost, now or originally
  double flops = 0;
  bool from_cache = false;
};

// embedder: minilm | static | encoder:FOLDER | static:FOLDER | npy:FILE (one row per example of the store) |
// vectors (that came with the data).
// `prompt` names one of an encoder's folder; without it, its prompt "clustering" where it has one, else its
// default. The cache's key is a digest of the encoder's files, the mode, the prompt and every text:
// <store>/embeddings/<key>.npy, with <key>.json for the cost.
Embeddings embed_store(const Store& store, const std::string& embedder, const std::string& prompt = "");

// SHA-256 over the files that the vectors of encoder:FOLDER, static:FOLDER, clip:FOLDER or npy:FILE come
// from: what a user may change under the same name. Empty for minilm and static.
std::string embedder_digest(const std::string& embedder);

// SHA-256 over an encoder's folder: names and contents of its weights, configuration and vocabulary.
std::string encoder_digest(const std::filesystem::path& folder);

// The cache itself, for other makers of embeddings. Returns the cached embeddings, or creates the folder now
// so that an unwritable path fails early.
std::optional<Embeddings> kept_embeddings(const Store& store, const std::string& key);
// Writes vectors [examples x dim], and `record` with key and cost.
Embeddings keep_embeddings(const Store& store, const std::string& key, std::span<const float> vectors,
                           double seconds, double flops, nlohmann::json record);

}  // namespace rnb
