#pragma once
// What a text encoder reads: a text's ids between the tokens that its files put around them.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

namespace rnb {

class EncoderTokenizer {
 public:
  virtual ~EncoderTokenizer() = default;
  // Cut to max_length ids in all, which leaves the tokens around the text whole.
  virtual std::vector<int32_t> encode(std::string_view text, int64_t max_length) const = 0;
  virtual int64_t leading() const = 0;  // how many tokens stand before the text, and after it
  virtual int64_t trailing() const = 0;
  virtual int32_t vocab_size() const = 0;
  virtual int32_t pad_id() const = 0;
};

// BERT's WordPiece ([CLS] text [SEP]) from vocab.txt, or tokenizer.json with its post-processor; there the
// names of control tokens in a text become these tokens, as in transformers.
std::unique_ptr<EncoderTokenizer> load_encoder_tokenizer(const std::filesystem::path& folder);

}  // namespace rnb
