#pragma once
// Embeddings and loss of a CLIP on plain arrays, for anyone who wants to check a folder of weights.

#include <optional>
#include <vector>

#include "base/npy.h"
#include "models/clip.h"

namespace rnb {

struct ClipArrays {
  torch::Tensor image_embeds, text_embeds;  // float32 [n, E], unit length, as transformers returns them
  std::optional<double> loss;  // of all pairs as one batch; none unless both are there, as many of each
};

// ids: int64 [n, T], each row with its end-of-text; pixels: float32 [n, 3, S, S], normalised. Either may be
// null.
ClipArrays eval_arrays(Clip& model, const NpyArray* ids, const NpyArray* pixels, torch::Device device);

}  // namespace rnb
