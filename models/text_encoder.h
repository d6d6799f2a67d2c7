#pragma once
// Encoders that turn a text into one vector: a Hugging Face folder (sentence-transformers' layout) of a
// registered family (text_encoder_family.h), mean pooling over the tokens, L2 norm.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <torch/torch.h>

#include "datasets/tokenizers/encoder_tokenizer.h"

namespace rnb {

class TextEncoder {
 public:
  virtual ~TextEncoder() = default;
  virtual int64_t dim() const = 0;
  virtual int64_t max_length() const = 0;  // tokens, those around the text included
  virtual int64_t vocab_size() const = 0;
  // ids int64 [B, T] below vocab_size(), mask int64 [B, T] (1: a token, 0: padding; at least one token per
  // row)
  // -> float32 [B, dim], unit length.
  virtual torch::Tensor encode(const torch::Tensor& ids, const torch::Tensor& mask) = 0;
  // The same pooling over the token embeddings alone, without the layers.
  virtual torch::Tensor encode_static(const torch::Tensor& ids, const torch::Tensor& mask) = 0;
};

// Throws Error naming file and key or tensor. `encode` takes and gives tensors on `device`.
std::unique_ptr<TextEncoder> load_text_encoder(const std::filesystem::path& folder,
                                               torch::Device device = torch::kCPU);

// The MiniLM that scripts/setup.sh installs, or the folder in RNB_ENCODER.
std::filesystem::path default_encoder_folder();

// Static: the mean of the word embeddings of the text's tokens, near free.
enum class EmbedMode { Encoder, Static };

// A loaded encoder with its tokenizer.
class TextEmbedder {
 public:
  // `prompt` is put before each text (EmbedMode::Encoder only); sentence_folder.h reads a folder's own.
  explicit TextEmbedder(const std::filesystem::path& folder, std::string prompt = "");
  // Row-major [n x dim] float32, in the order of the texts. Batches are bucketed by length; `progress` hears
  // how many texts are done.
  std::vector<float> embed(EmbedMode mode, std::span<const std::string_view> texts,
                           const std::function<void(int64_t done)>& progress = {}) const;

 private:
  std::unique_ptr<EncoderTokenizer> tokenizer_;
  std::unique_ptr<TextEncoder> encoder_;
  std::string prompt_;
};

// The same with an encoder loaded for this call.
std::vector<float> embed_texts(const std::filesystem::path& folder, EmbedMode mode,
                               std::span<const std::string_view> texts,
                               const std::function<void(int64_t done)>& progress = {},
                               const std::string& prompt = "");

}  // namespace rnb
