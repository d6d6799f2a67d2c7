#pragma once
// Pairs of a store as tensors: token ids and the place of each text's end, decoded and normalised pixels.

#include <optional>

#include "datasets/store/image_store.h"
#include "harness/tasks/batch.h"
#include "models/clip_config.h"

namespace rnb {

struct ClipBatching {
  const Store& store;
  const ImageStore& images;
  const ClipConfig& shape;
  int64_t context = 0;  // the most tokens of a text, its end included
  bool has_end = true;  // the store's texts end with the tokenizer's end-of-text
  uint64_t seed = 0;
};

// One pair per row, rows sorted by domain. In the Batch each pair is one counted place: `rows` holds the
// place of its end-of-text in its row of ids, `targets` is empty. A text longer than the model's positions
// keeps its end-of-text. With a `step` images are cropped at random, by (seed, step, example) alone; without,
// as in evaluation. Images are decoded on as many threads as tensors are computed on. On the host, as all
// here.
Batch collate_pairs(const ClipBatching& how, std::span<const RowSpec> rows, std::optional<int64_t> step);

// The parts for any use of one tower alone.
torch::Tensor collate_pixels(const ClipBatching& how, std::span<const int64_t> examples,
                             std::optional<int64_t> step);
// ids [n, T] of token sequences, cut to `context`; the last token kept of each is replaced by the model's own
// end-of-text, whatever the tokenizer's was. `ends` [n] is its place.
struct TextBatch {
  torch::Tensor ids, ends;
  int64_t cut = 0;
};
TextBatch collate_texts(const ClipConfig& shape, int64_t context,
                        const std::vector<std::vector<int32_t>>& texts);

}  // namespace rnb
