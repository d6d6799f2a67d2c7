#pragma once
// Embeddings of a store's texts, made once and kept beside the store with what they cost.

#include <cstdint>
#include <filesystem>
#include <string>

#include "datasets/store.h"

namespace rnb {

struct Embeddings {
  std::filesystem::path file;  // .npy, float32 [examples x dim]
  int64_t dim = 0;
  std::string sha;     // what the vectors were made from; empty for npy:FILE
  double seconds = 0;  // what making them cost, now or originally
  double flops = 0;
  bool from_cache = false;
};

// embedder: minilm | static | npy:FILE (one row an example of the store). The cache's key is a digest of the
// encoder's files, the mode and every text: <store>/embeddings/<key>.npy, with <key>.json for the cost.
Embeddings embed_store(const Store& store, const std::string& embedder);

}  // namespace rnb
