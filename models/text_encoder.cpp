#include "models/text_encoder.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/installation.h"
#include "base/json_file.h"
#include "models/text_encoder_family.h"

namespace rnb {
namespace fs = std::filesystem;

fs::path default_encoder_folder() {
  if (const fs::path folder = this_installation().encoder(); !folder.empty()) return folder;
  fail("encoder",
       "the MiniLM encoder is not installed; run scripts/setup.sh, or set RNB_ENCODER to a "
       "sentence-transformers folder");
}

std::unique_ptr<TextEncoder> load_text_encoder(const fs::path& folder, torch::Device device) {
  const fs::path file = folder / "config.json";
  if (!fs::exists(file))
    fail("encoder", "{}: has no config.json; expected a Hugging Face folder", folder.string());
  const auto type = json_field<std::string>(read_json_file(file), "model_type", file.string());
  const auto* family = find_registered<TextEncoderFamily>(type);
  if (!family)
    fail("encoder", "{}: model_type '{}' is not an encoder that rnb knows; expected {}", file.string(), type,
         fmt::join(registered_names<TextEncoderFamily>(), " or "));
  return family->load(folder, device);
}

TextEmbedder::TextEmbedder(const fs::path& folder, std::string prompt)
    : tokenizer_(load_encoder_tokenizer(folder)),
      encoder_(load_text_encoder(folder)),
      prompt_(std::move(prompt)) {
  if (tokenizer_->vocab_size() > encoder_->vocab_size())
    fail("encoder", "{}: the tokenizer has {} tokens, the model {}; do they belong together?",
         folder.string(), tokenizer_->vocab_size(), encoder_->vocab_size());
  if (tokenizer_->leading() + tokenizer_->trailing() >= encoder_->max_length())
    fail("encoder", "{}: {} tokens around a text leave no room for it in the model's {}", folder.string(),
         tokenizer_->leading() + tokenizer_->trailing(), encoder_->max_length());
}

std::vector<float> TextEmbedder::embed(EmbedMode mode, std::span<const std::string_view> texts,
                                       const std::function<void(int64_t done)>& progress) const {
  std::vector<std::vector<int32_t>> ids;
  ids.reserve(texts.size());
  for (const auto text : texts) {
    const bool prompted = mode == EmbedMode::Encoder && !prompt_.empty();
    ids.push_back(prompted ? tokenizer_->encode(prompt_ + std::string(text), encoder_->max_length())
                           : tokenizer_->encode(text, encoder_->max_length()));
    // A text without tokens has a vector all the same.
    if (ids.back().empty()) ids.back().push_back(tokenizer_->pad_id());
  }
  const int64_t leading = tokenizer_->leading(), trailing = tokenizer_->trailing();
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
    auto batch = torch::full({rows, width}, tokenizer_->pad_id(), torch::kInt64),
         mask = torch::zeros({rows, width}, torch::kInt64);
    for (int64_t r = 0; r < rows; ++r) {
      const auto& row = ids[order[begin + static_cast<size_t>(r)]];
      std::copy(row.begin(), row.end(), batch.data_ptr<int64_t>() + r * width);
      int64_t* const marks = mask.data_ptr<int64_t>() + r * width;
      std::fill_n(marks, row.size(), 1);
      // Outside the encoder [CLS] and [SEP] mean nothing; a text without tokens keeps them to have a vector.
      if (mode == EmbedMode::Static && static_cast<int64_t>(row.size()) > leading + trailing) {
        std::fill_n(marks, leading, 0);
        std::fill_n(marks + row.size() - trailing, trailing, 0);
      }
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
                               const std::function<void(int64_t done)>& progress, const std::string& prompt) {
  return TextEmbedder(folder, prompt).embed(mode, texts, progress);
}

}  // namespace rnb
