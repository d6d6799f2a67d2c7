#include "tests/models/encoder/parity.h"

#include <sstream>

#include <gtest/gtest.h>

#include "base/json_file.h"
#include "models/sentence_folder.h"
#include "tests/models/encoder/tensors_of.h"

namespace rnb {
namespace fs = std::filesystem;

std::vector<std::string> text_lines(const fs::path& file) {
  std::istringstream in(read_text_file(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

torch::Tensor embed_with_minilm(const std::vector<std::string>& texts, EmbedMode mode) {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const auto rows = embed_texts(default_encoder_folder(), mode, views);
  const auto n = static_cast<int64_t>(texts.size());
  return torch::tensor(rows).view({n, static_cast<int64_t>(rows.size()) / n});
}

void expect_encoder_parity(const fs::path& folder) {
  const auto encoder = load_text_encoder(folder);
  const auto ids = tensor_of<int64_t>(folder / "ids.npy"), mask = tensor_of<int64_t>(folder / "mask.npy");
  const auto vectors = encoder->encode(ids, mask), expected = tensor_of<float>(folder / "vectors.npy");
  ASSERT_EQ(vectors.sizes(), expected.sizes());
  EXPECT_LT((vectors - expected).abs().max().item<double>(), 1e-5);
  const auto plain = encoder->encode_static(ids, mask);
  EXPECT_LT((plain - tensor_of<float>(folder / "static.npy")).abs().max().item<double>(), 1e-6);
}

void expect_prompted_parity(const fs::path& folder) {
  const auto texts = text_lines(folder / "texts.txt");
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  for (const auto& [prompt, file] : {std::pair("", "vectors.npy"), std::pair("clustering", "prompted.npy")}) {
    const auto rows = embed_texts(folder, EmbedMode::Encoder, views, {}, read_prompt(folder, prompt));
    const auto theirs = tensor_of<float>(folder / file);
    ASSERT_EQ(static_cast<int64_t>(rows.size()), theirs.numel());
    const auto ours = torch::tensor(rows).view(theirs.sizes());
    for (int64_t i = 0; i < ours.size(0); ++i)
      EXPECT_LT((ours[i] - theirs[i]).abs().max().item<double>(), 1e-5)
          << prompt << " " << texts[static_cast<size_t>(i)];
  }
}

void expect_sentence_parity(const fs::path& folder) {
  const auto texts = text_lines(folder / "texts.txt");
  const auto ours = embed_with_minilm(texts, EmbedMode::Encoder),
             theirs = tensor_of<float>(folder / "vectors.npy");
  ASSERT_EQ(ours.sizes(), theirs.sizes());
  const auto cosine = (ours * theirs).sum(1) / (ours.norm(2, 1) * theirs.norm(2, 1));
  for (int64_t i = 0; i < cosine.size(0); ++i)
    EXPECT_GT(cosine[i].item<double>(), 0.9999) << texts[static_cast<size_t>(i)];
}

}  // namespace rnb
