#include "harness/tasks/clip_batch.h"

#include <algorithm>

#include "base/error.h"
#include "base/parallel.h"
#include "datasets/images/clip_pixels.h"

namespace rnb {
namespace {

int64_t end_of_text(const ClipConfig& shape) {
  return shape.pools_at_largest() ? shape.vocab_size - 1 : shape.eos_token_id;
}

}  // namespace

TextBatch collate_texts(const ClipConfig& shape, int64_t context,
                        const std::vector<std::vector<int32_t>>& texts) {
  TextBatch out;
  const auto n = static_cast<int64_t>(texts.size());
  int64_t longest = 1;
  for (const auto& text : texts)
    longest = std::max(longest, std::min<int64_t>(static_cast<int64_t>(text.size()), context));
  out.ids = torch::zeros({n, longest}, torch::kInt64);
  out.ends = torch::zeros({n}, torch::kInt64);
  auto* ids = out.ids.data_ptr<int64_t>();
  for (int64_t row = 0; row < n; ++row) {
    const auto& text = texts[static_cast<size_t>(row)];
    const int64_t used = std::min<int64_t>(static_cast<int64_t>(text.size()), longest);
    out.cut += static_cast<int64_t>(text.size()) > longest;
    for (int64_t t = 0; t + 1 < used; ++t) ids[row * longest + t] = text[static_cast<size_t>(t)];
    const int64_t end = std::max<int64_t>(used - 1, 0);
    ids[row * longest + end] = end_of_text(shape);
    out.ends.data_ptr<int64_t>()[row] = end;
  }
  return out;
}

torch::Tensor collate_pixels(const ClipBatching& how, std::span<const int64_t> examples,
                             std::optional<int64_t> step) {
  const int64_t n = static_cast<int64_t>(examples.size()), side = how.shape.image_size;
  auto pixels = torch::empty({n, 3, side, side}, torch::kFloat32);
  float* const out = pixels.data_ptr<float>();
  const auto each = static_cast<size_t>(3 * side * side);
  parallel_for(n, at::get_num_threads(), [&](int64_t i) {
    const int64_t example = examples[static_cast<size_t>(i)];
    const Image image = how.images.image(example);
    const int size = static_cast<int>(side);
    const Image square =
        step ? resize_bicubic(image,
                              random_crop(image.width, image.height,
                                          Rng(how.seed, "augment", static_cast<uint64_t>(*step),
                                              static_cast<uint64_t>(example))),
                              size, size)
             : centre_square(image, size);
    normalised_pixels(square, {out + static_cast<size_t>(i) * each, each});
  });
  return pixels;
}

Batch collate_pairs(const ClipBatching& how, std::span<const RowSpec> rows, std::optional<int64_t> step) {
  Batch batch;
  std::vector<int64_t> examples;
  std::vector<std::vector<int32_t>> texts;
  for (const RowSpec& row : rows) {
    RNB_ASSERT(row.examples.size() == 1);
    examples.push_back(row.examples.front());
    const auto tokens = how.store.tokens(row.examples.front());
    texts.emplace_back(tokens.begin(), tokens.end());
    if (!how.has_end) texts.back().push_back(0);  // its place, which the end-of-text takes
    batch.row_tokens.push_back(1);
    batch.row_domain.push_back(row.domain);
    const auto end = static_cast<int64_t>(examples.size());
    if (batch.head_domains.empty() || batch.head_domains.back().domain != row.domain) {
      RNB_ASSERT(batch.head_domains.empty() || batch.head_domains.back().domain < row.domain);
      batch.head_domains.push_back({row.domain, end});
    }
    batch.head_domains.back().end = end;
  }
  TextBatch text = collate_texts(how.shape, how.context, texts);
  batch.ids = text.ids;
  batch.rows = text.ends;
  batch.cut = text.cut;
  batch.pixels = collate_pixels(how, examples, step);
  batch.tokens = static_cast<int64_t>(rows.size());
  return batch;
}

}  // namespace rnb
