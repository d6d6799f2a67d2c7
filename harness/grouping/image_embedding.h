#pragma once
// Embeddings of a store's images by the image tower of a CLIP: one in a folder, or one that is first trained
// here, on the natural mixture, where there is none to be had. What it costs to train is part of what the
// embeddings cost.

#include <string>

#include "harness/grouping/embedding_cache.h"
#include "harness/grouping/resolve_options.h"

namespace rnb {

// Is it an embedder of images: "clip:FOLDER", or "trained[:MODEL[:STEPS[:BATCH]]]"?
bool embeds_images(const std::string& embedder);

struct TrainedEmbedder {
  std::string model = "clip-nano";
  int64_t steps = 500, batch = 128;
};
TrainedEmbedder parse_trained_embedder(const std::string& embedder);  // UsageError with the expected form

// As embed_store keeps them: one row per example, of unit length. The training run is a run like any other,
// in STORE/embedder-runs: found made, or gone on with where it was cut. Throws Stopped when a stop signal cut
// it.
Embeddings embed_images(const Store& store, const std::string& embedder, const ResolveOptions& options);

}  // namespace rnb
